#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/evaluate.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "cli/report/report.h"
#include "core/file_io.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// More classes than this make a table that no terminal shows; the report does.
constexpr std::size_t kTableClasses = 12;
constexpr std::size_t kTableErrors = 10;

void print_confusion(std::ostream& out, const Evaluation& result) {
  std::size_t width = 6;
  for (const std::string& name : result.classes) width = std::max(width, printable(name).size());
  out << fmt::format("\n{:<{}}  predicted\n{:<{}}", "", width, "true", width);
  for (const std::string& name : result.classes)
    out << fmt::format("  {:>{}}", printable(name), width);
  out << '\n';
  for (std::size_t row = 0; row < result.classes.size(); ++row) {
    out << fmt::format("{:<{}}", printable(result.classes[row]), width);
    for (const std::uint64_t count : result.confusion[row])
      out << fmt::format("  {:>{}}", count, width);
    out << '\n';
  }
}

void print_errors(std::ostream& out, const Evaluation& result) {
  std::size_t errors = 0;
  for (const EvaluatedImage& image : result.images) {
    if (image.truth == image.predicted || ++errors > kTableErrors) continue;
    out << fmt::format("  {} is {}, taken for {} ({})\n", printable(image.path.string()),
                       printable(result.classes[image.truth]),
                       printable(result.classes[image.predicted]), percent(image.confidence));
  }
  if (errors > kTableErrors) out << fmt::format("  and {} more\n", errors - kTableErrors);
}

void print_summary(std::ostream& out, const Evaluation& result) {
  out << fmt::format("{} of {} classes\n", count_of(result.images.size(), "image", "images"),
                     result.classes.size())
      << fmt::format("accuracy            {}\n", percent(result.accuracy))
      << fmt::format("balanced accuracy   {}   (mean over the classes)\n",
                     percent(result.balanced_accuracy))
      << fmt::format("recall@1            {}\n", percent(result.recall_at_1))
      << fmt::format("MAP@R               {}\n", percent(result.map_at_r));
  if (result.classes.size() <= kTableClasses) print_confusion(out, result);
  if (result.accuracy < 1) {
    out << '\n';
    print_errors(out, result);
  }
}

nlohmann::ordered_json to_json(const Evaluation& result) {
  return {{"images", result.images.size()},
          {"accuracy", result.accuracy},
          {"balanced_accuracy", result.balanced_accuracy},
          {"recall_at_1", result.recall_at_1},
          {"map_at_r", result.map_at_r},
          {"classes", result.classes},
          {"confusion", result.confusion}};
}

EvalReport to_report(Evaluation&& result, const GalleryStats& stats, const std::string& folder,
                     const std::string& database, std::size_t k) {
  EvalReport report(stats.dimension);
  report.title = "Evaluation of " + folder;
  report.date = fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
  report.database = database;
  report.encoder = stats.encoder_fingerprint;
  report.k = k;
  report.accuracy = result.accuracy;
  report.balanced_accuracy = result.balanced_accuracy;
  report.recall_at_1 = result.recall_at_1;
  report.map_at_r = result.map_at_r;
  report.unusable = result.failures.size();
  report.classes = std::move(result.classes);
  report.confusion = std::move(result.confusion);
  for (EvaluatedImage& image : result.images) {
    report.images.push_back({image.truth, image.predicted, image.confidence, image.path.string(),
                             std::move(image.thumbnail)});
  }
  report.embeddings = std::move(result.embeddings);
  return report;
}

}  // namespace

int run_eval(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "eval DIR",
      "Classifies the images of DIR, a sub-folder a class, and compares with the truth. Use images "
      "that were\nnot added: an item of the database finds itself.");
  parser.options().add_options()(
      "k,k", po::value<std::size_t>()->default_value(10)->value_name("N"), "neighbours that vote");
  parser.options().add_options()(
      "report", po::value<std::string>()->value_name("FILE.html"),
      "write a page with pictures: confusion matrix, similarities, 3-D view");
  parser.with_class_level().with_database().with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  const auto k = parser.get<std::size_t>("k");
  if (k == 0) throw Error(ErrorCode::kUsage, "-k must be at least 1");
  const std::string& folder = parser.positional()[0];
  const std::vector<LabeledPath> files = labeled_paths(folder, parser.class_level());
  const Database database = open_database(parser, OpenMode::kReadOnly);

  const InterruptGuard interrupt;
  const GalleryStats stats = database.gallery().stats();
  Evaluation result(stats.dimension);
  {
    ProgressBar bar(console, "classifying", files.size());
    result = evaluate(database, files, k, [&](std::size_t done) {
      bar.update(done);
      return !InterruptGuard::requested();
    });
  }
  if (InterruptGuard::requested()) throw Interrupted();
  print_failures(console.err, result.failures);
  if (parser.flag("json")) {
    print_json(console.out, to_json(result));
  } else {
    print_summary(console.out, result);
  }
  const int code = exit_code(result.failures, files.size());
  if (parser.has("report")) {
    const auto& page = parser.get<std::string>("report");
    write_file_atomic(page, render_report(to_report(std::move(result), stats, folder,
                                                    find_database(parser).string(), k)));
    console.err << "wrote " << printable(page) << '\n';
  }
  return code;
}

}  // namespace simdb::cli
