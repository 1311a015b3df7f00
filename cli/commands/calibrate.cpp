#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/calibration_text.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/remote/read_answers.h"
#include "cli/remote/run_job.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "pipeline/formats/calibration_json.h"
#include "pipeline/held_out.h"
#include "simdb/encode_images.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

HeldOut read_folder(const Database& database, std::span<const LabeledPath> files,
                    const ImageLimits& limits, std::vector<ImageFailure>& failures,
                    Console& console) {
  ProgressBar bar(console, "held-out images", files.size());
  HeldOut held_out = read_held_out(
      database, list_of(files, limits), [&](std::size_t i) { return files[i].class_name; },
      [&](const EncodedRun& run) {
        bar.clear();
        print_failures(console.err, run.failures);
        failures.insert(failures.end(), run.failures.begin(), run.failures.end());
        bar.update(run.end);
        InterruptGuard::check();
      });
  bar.clear();
  for (const std::string& reason : left_out_of(held_out)) {
    console.err << "simdb: " << reason << '\n';
  }
  require_images(held_out);
  return held_out;
}

void calibrate_by_server(Remote& remote, const ArgumentParser& parser,
                         const CalibrationChoices& choices, double alpha, std::ostream& out) {
  if (!parser.positional().empty()) {
    throw Error(ErrorCode::kUsage,
                "HELD_OUT_DIR does not go with a server: calibrate with --db while none serves");
  }
  Remote::Json job = {
      {"kind", "calibrate"}, {"alpha", alpha}, {"group-by-folder", choices.group_by_folder}};
  if (!choices.group_by.empty()) job["group-by"] = choices.group_by;
  const Remote::Json made = run_job(remote, job);
  if (parser.flag("json")) {
    print_json(out, made);
  } else {
    print_calibration(out, classes_from(made), estimate_from(made));
  }
}

}  // namespace

int run_calibrate(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "calibrate [HELD_OUT_DIR]",
      "Computes how similar the images of each class are to one another, so that 'simdb query' can "
      "call\nan image unknown or ambiguous by p-values. HELD_OUT_DIR, a sub-folder per class, has "
      "images that\nwere not added and that the encoder was not trained on. Later commands keep "
      "the result up to date.");
  auto add = parser.options().add_options();
  add("alpha", po::value<double>()->default_value(0.05, "0.05")->value_name("A"),
      "share of known images that may be called unknown, for what is printed");
  add("group-by", po::value<std::string>()->value_name("FIELD"),
      "items with the same value of FIELD belong together: frames of one film");
  add("group-by-folder", "so do items whose files lie in the same folder");
  parser.with_class_level().with_image_limits().with_server().with_json();
  if (!parser.parse(args, console, 0, 1)) return 0;
  CalibrationChoices choices{.group_by_folder = parser.flag("group-by-folder")};
  if (parser.has("group-by")) choices.group_by = parser.get<std::string>("group-by");
  const double alpha = alpha_of(parser);
  if (auto remote = Remote::of(parser)) {
    calibrate_by_server(*remote, parser, choices, alpha, console.out);
    return 0;
  }
  ImageArguments images(console);
  std::vector<LabeledPath> files;
  if (!parser.positional().empty()) {
    files = images.classes(parser.positional()[0], parser.class_level());
  }
  Database database = open_to_write(parser, console);  // nobody else writes meanwhile
  if (database.gallery().stats().items == 0) {
    throw Error(ErrorCode::kBadInput, "the database is empty; add images with 'simdb add' first");
  }
  const InterruptGuard interrupt;
  std::vector<ImageFailure> failures;
  std::optional<HeldOut> held_out;
  if (!parser.positional().empty()) {
    held_out = read_folder(database, files, parser.image_limits(), failures, console);
  }
  const NewCalibration made = new_calibration(
      database, choices, alpha, held_out ? std::optional(held_out->images) : std::nullopt,
      InterruptGuard::check);
  made.calibration.save(database.gallery());
  const auto& [classes, estimate] = made.summary;
  if (parser.flag("json")) {
    print_json(console.out, to_json(classes, estimate));
  } else {
    print_calibration(console.out, classes, estimate);
  }
  return images.exit_code(failures, files.size());
}

}  // namespace simdb::cli
