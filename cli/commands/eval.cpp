#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <ctime>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/calibration_text.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/encoder_choice.h"
#include "cli/evaluation_text.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/interrupt.h"
#include "cli/kept_picture.h"
#include "cli/output_path.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "cli/report/report.h"
#include "cli/stored_calibration.h"
#include "cli/vote_options.h"
#include "core/file_io.h"
#include "pipeline/decision_report.h"
#include "pipeline/evaluate.h"
#include "pipeline/evaluation_json.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// Episodes are asked for by --ways; the other options only say how.
std::optional<EpisodeOptions> episode_options(const ArgumentParser& parser) {
  if (!parser.has("ways")) {
    for (const char* name : {"shots", "episodes", "seed", "within-parents"}) {
      if (parser.has(name)) {
        throw Error(ErrorCode::kUsage, fmt::format("--{} needs --ways N as well", name));
      }
    }
    return std::nullopt;
  }
  EpisodeOptions options;
  options.ways = parser.get<std::size_t>("ways");
  if (parser.has("shots")) options.shots = parser.get<std::size_t>("shots");
  if (parser.has("episodes")) options.episodes = parser.get<std::size_t>("episodes");
  if (parser.has("seed")) options.seed = parser.get<std::uint64_t>("seed");
  require_valid(options);
  return options;
}

void add_options(ArgumentParser& parser) {
  add_vote_options(parser);
  auto add = parser.options().add_options();
  add("alpha", po::value<double>()->default_value(0.05, "0.05")->value_name("A"),
      "share of known images called unknown, if calibrated");
  add("ways", po::value<std::size_t>()->value_name("N"), "few-shot episodes: classes of each");
  add("shots", po::value<std::size_t>()->value_name("K"), "items of each class that are given (1)");
  add("within-parents", "the classes of an episode share a folder (an alphabet)");
  add("episodes", po::value<std::size_t>()->value_name("N"), "how many are drawn (1000)");
  add("seed", po::value<std::uint64_t>()->value_name("S"), "what is drawn (1)");
  add("open-set", po::value<std::string>()->value_name("DIR"),
      "images of none of the classes: how well they are told apart");
  add("report", po::value<std::string>()->value_name("FILE.html"),
      "a page: confusion matrix, similarities, 3-D view");
  add("picture", po::value<std::string>()->value_name("DECODER"),
      "on that page, images as the encoder sees them");
  add_encoder_options(parser);
  parser.with_class_level().with_image_limits().with_json();
}

/// What images are compared with: the items of a database, or one another.
class Reference {
 public:
  explicit Reference(const ArgumentParser& parser) {
    if (parser.has("encoder")) {
      if (parser.has("db")) {
        throw Error(
            ErrorCode::kUsage,
            "name --db, to compare with its items, or --encoder, to compare the images with "
            "one another; not both");
      }
      encoder_ = choose_encoder(parser);
      name_ = "none: every image was looked up among the others";
    } else {
      database_ = open_database(parser, OpenMode::kReadOnly);
      name_ = find_database(parser).name();
    }
  }

  const ImageEncoder& encoder() const { return database_ ? database_->encoder() : *encoder_; }
  const std::string& name() const { return name_; }

  /// How the references vote.
  QueryOptions vote(const ArgumentParser& parser) const {
    if (database_) return with_vote_options(parser, *database_);
    QueryOptions options;
    if (parser.has("k")) options.k = parser.get<std::size_t>("k");
    return options;
  }

  Evaluation evaluate_files(std::span<const LabeledPath> files, const QueryOptions& options,
                            const ImageLimits& limits, const FilesDone& progress) const {
    return database_ ? evaluate(*database_, files, options, progress, limits)
                     : evaluate_each_other(*encoder_, files, options.k, progress, limits,
                                           InterruptGuard::check);
  }

  void play_episodes(Evaluation& result, const EpisodeOptions& options, bool within_parents) const {
    const auto go_on = [](std::size_t) { return !InterruptGuard::requested(); };
    if (database_) {
      add_episodes(result, options, within_parents, go_on, database_->gallery());
    } else {
      add_episodes(result, options, within_parents, go_on);
    }
  }

  // Of a calibrated database.
  std::optional<DecisionReport> decisions(const Evaluation& result, const QueryOptions& options,
                                          double alpha, const EmbeddingBatch& foreign,
                                          Console& console) const {
    if (!database_) return std::nullopt;
    const auto calibration = stored_calibration(*database_, console);
    if (!calibration) return std::nullopt;
    return report_decisions(*database_, AnswerSets(*calibration, alpha), result, options, foreign);
  }

  void compare_with_foreign(Evaluation& result, const EmbeddingBatch& foreign) const {
    if (database_) {
      add_open_set(result, foreign, database_->gallery());
    } else {
      add_open_set(result, foreign);
    }
  }

 private:
  std::optional<Database> database_;
  std::shared_ptr<const ImageEncoder> encoder_;
  std::string name_;
};

/// Embeddings of the images beneath a folder; bad ones are named on stderr and left out.
EmbeddingBatch embed_folder(const ImageEncoder& encoder, const std::string& folder,
                            const ImageLimits& limits, ImageArguments& images, Console& console) {
  const std::vector<std::filesystem::path> paths = images.files(folder);
  EmbeddingBatch rows(encoder.dimension());
  ProgressBar bar(console, "foreign images", paths.size());
  encode_images(encoder, list_of(paths, limits), [&](EncodedRun& run) {
    rows.append(run.embeddings);
    bar.clear();
    print_failures(console.err, run.failures);
    bar.update(run.end);
    return !InterruptGuard::requested();
  });
  return rows;
}

EvalReport to_report(Evaluation&& result, const Reference& reference, const std::string& folder,
                     std::size_t k) {
  EvalReport report(result.embeddings.dimension());
  report.title = "Evaluation of " + folder;
  report.date = fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
  report.database = reference.name();
  report.encoder = reference.encoder().fingerprint();
  report.k = k;
  report.accuracy = result.accuracy;
  report.balanced_accuracy = result.balanced_accuracy;
  report.recall_at_1 = result.recall_at_1;
  report.map_at_r = result.map_at_r;
  report.calibration_error = result.calibration_error;
  for (const CalibrationBin& bin : result.reliability) {
    report.reliability.push_back({static_cast<double>(bin.answers), bin.confidence, bin.accuracy});
  }
  report.risk_area = result.risk.area;
  for (const RiskPoint& point : thinned(result.risk.curve, kCurvePoints)) {
    report.risk.push_back({point.coverage, point.risk});
  }
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
      "Classifies the images of DIR, a sub-folder per class, and compares with the truth. Use "
      "images "
      "that were\nnot added: an item finds itself. With --encoder, without a database, each is "
      "looked "
      "up among the others.");
  add_options(parser);
  if (!parser.parse(args, console, 1, 1)) return 0;
  require_vote_options(parser);
  if (parser.has("report")) output_path(parser.get<std::string>("report"));  // before the work
  require_page_of_pictures(parser);
  const std::optional<EpisodeOptions> episodes = episode_options(parser);
  const std::string& folder = parser.positional()[0];
  ImageArguments images(console);
  const std::vector<LabeledPath> files = images.classes(folder, parser.class_level());
  const Reference reference(parser);
  const QueryOptions options = reference.vote(parser);
  const auto kept = kept_pictures(parser, reference.encoder().fingerprint());

  const InterruptGuard interrupt;
  Evaluation result(reference.encoder().dimension());
  {
    ProgressBar bar(console, "classifying", files.size());
    result = reference.evaluate_files(files, options, parser.image_limits(), [&](std::size_t done) {
      bar.update(done);
      InterruptGuard::check();  // what is done so far need not be evaluated
      return true;
    });
  }
  print_failures(console.err, result.failures);
  if (episodes) {
    reference.play_episodes(result, *episodes, parser.flag("within-parents"));
  }
  InterruptGuard::check();
  EmbeddingBatch foreign(reference.encoder().dimension());
  if (parser.has("open-set")) {
    foreign = embed_folder(reference.encoder(), parser.get<std::string>("open-set"),
                           parser.image_limits(), images, console);
    reference.compare_with_foreign(result, foreign);
  }
  const auto decisions = reference.decisions(result, options, alpha_of(parser), foreign, console);
  InterruptGuard::check();
  if (!result.singletons.empty()) {
    console.err << "simdb: " << count_of(result.singletons.rows(), "image is", "images are")
                << " the only one of a class and could not be looked up\n";
  }
  if (parser.flag("json")) {
    console.out << evaluation_json(result, decisions ? &*decisions : nullptr) << '\n';
  } else {
    print_evaluation(console.out, result);
    if (decisions) print_decisions(console.out, *decisions);
  }
  const int code = images.exit_code(result.failures, files.size());
  if (parser.has("report")) {
    const auto& page = parser.get<std::string>("report");
    EvalReport report = to_report(std::move(result), reference, folder, options.k);
    if (kept) {
      report.kept = [&](std::size_t i) {
        const ReportImage& image = report.images[i];
        return kept->of(report.embeddings.row(i), image.thumbnail, image.source);
      };
    }
    write_file_atomic(page, render_report(report));
    console.err << "wrote " << printable(page) << '\n';
  }
  return code;
}

}  // namespace simdb::cli
