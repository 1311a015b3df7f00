#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/calibration_text.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/decision_text.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/input_file.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "cli/terminal.h"
#include "cli/vote_options.h"
#include "pipeline/formats/metadata_json.h"
#include "pipeline/formats/vector_reader.h"
#include "simdb/encode_images.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// Vectors that are read, and asked on all cores, before their answers are printed.
constexpr std::size_t kVectorsAtOnce = 256;

// What is printed of an image. Without p-values the nearest similarity decides.
struct Answer {
  Prediction prediction;
  std::optional<Decision> decision;

  bool accepted() const {
    return decision
               ? decision->verdict == Verdict::kKnown || decision->verdict == Verdict::kUncalibrated
               : prediction.accepted;
  }
};

// How answers are decided: by p-values, where the database is calibrated and no similarity was
// asked for. Immutable; thread-safe.
class Decider {
 public:
  Decider(const ArgumentParser& parser, const Database& database, const QueryOptions& options,
          Console& console)
      : database_(database),
        options_(options),
        alpha_(alpha_of(parser)),
        by_similarity_(parser.has("accept")) {
    if (by_similarity_) return;
    const auto calibration = stored_calibration(find_database(parser), database, console);
    if (calibration) {
      sets_.emplace(*calibration, alpha_);
    } else if (!parser.flag("json") && err_can_redraw() &&  // for a person
               database.gallery().stats().items > 0) {
      console.err << "simdb: uncalibrated: an image is unknown below a similarity of "
                  << options.accept_similarity << "; run 'simdb calibrate' for p-values\n";
    }
  }

  Answer answer(std::span<const float> embedding, Prediction prediction) const {
    if (!sets_) return {std::move(prediction), std::nullopt};
    Decision decision = sets_->decide(database_.gallery(), embedding, prediction, options_);
    return {std::move(prediction), std::move(decision)};
  }
  /// The same for many, on all cores.
  std::vector<Answer> answers(const EmbeddingBatch& embeddings,
                              std::vector<Prediction>&& predictions) const {
    std::vector<Decision> decisions;
    if (sets_) {
      decisions = sets_->decide_batch(database_.gallery(), embeddings, predictions, options_);
    }
    std::vector<Answer> answers(predictions.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i].prediction = std::move(predictions[i]);
      if (sets_) answers[i].decision = std::move(decisions[i]);
    }
    return answers;
  }
  double alpha() const { return alpha_; }
  /// The word for an answer.
  std::string_view verdict(const Answer& answer) const {
    if (answer.decision) return simdb::name_of(answer.decision->verdict);
    if (!answer.prediction.accepted) return "unknown";
    return by_similarity_ ? "known" : "uncalibrated";
  }

 private:
  const Database& database_;
  const QueryOptions& options_;
  double alpha_;
  bool by_similarity_;
  std::optional<AnswerSets> sets_;
};

nlohmann::ordered_json to_json(const Database& database, const std::string& path,
                               const Answer& answer, const Decider& decider) {
  const Prediction& prediction = answer.prediction;
  nlohmann::ordered_json ranking = nlohmann::ordered_json::array();
  for (const ClassScore& entry : prediction.ranking) {
    ranking.push_back({{"class", entry.class_name}, {"score", entry.score}});
  }
  std::vector<ItemId> ids;
  ids.reserve(prediction.neighbors.size());
  for (const LabeledNeighbor& neighbor : prediction.neighbors) ids.push_back(neighbor.id);
  const auto records = database.gallery().get_many(ids);
  nlohmann::ordered_json neighbors = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const LabeledNeighbor& neighbor = prediction.neighbors[i];
    neighbors.push_back({{"id", to_number(neighbor.id)},
                         {"class", neighbor.class_name},
                         {"similarity", neighbor.similarity},
                         {"source", neighbor.source}});
    const auto& record = records[i];
    if (!record) continue;  // removed meanwhile
    const ItemInfo& info = record->info;
    if (!info.key.empty()) neighbors.back()["key"] = info.key;
    if (!info.metadata.empty()) neighbors.back()["metadata"] = simdb::to_json(info.metadata);
  }
  nlohmann::ordered_json name = nullptr;
  if (!prediction.ranking.empty()) name = prediction.class_name;
  nlohmann::ordered_json json = {{"path", path},
                                 {"class", name},
                                 {"confidence", prediction.confidence},
                                 {"accepted", answer.accepted()},
                                 {"decision", decider.verdict(answer)},
                                 {"calibrated", answer.decision.has_value()}};
  if (answer.decision) {
    json["alpha"] = decider.alpha();
    json["familiarity"] = answer.decision->familiarity;
    json["possible"] = cli::to_json(*answer.decision);
  }
  json["ranking"] = std::move(ranking);
  json["neighbors"] = std::move(neighbors);
  return json;
}

// `within` as it was asked for; how many items there are to compare with.
std::string verdict(const Answer& answer, const Decider& decider, std::optional<float> within,
                    std::uint64_t items) {
  const Prediction& prediction = answer.prediction;
  if (prediction.ranking.empty()) {
    return within && items > 0
               ? fmt::format("unknown (no item has a similarity of {} or more)", *within)
               : "unknown (nothing to compare with)";
  }
  if (answer.decision) return decision_text(*answer.decision, prediction, decider.alpha());
  const std::string name = printable(prediction.class_name);
  if (prediction.accepted) return fmt::format("{}  {}", name, percent(prediction.confidence));
  return fmt::format("unknown (nearest class {}, similarity {:.3f})", name,
                     prediction.neighbors.front().similarity);
}

void print_details(std::ostream& out, const Prediction& prediction) {
  if (prediction.neighbors.empty()) return;
  out << "\n  similarity     id  class and source\n";
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    out << fmt::format("  {:>10.4f} {:>6}  {}  {}\n", neighbor.similarity, to_number(neighbor.id),
                       printable(neighbor.class_name), printable(neighbor.source));
  }
}

float similarity_of(const ArgumentParser& parser, const char* option) {
  const auto value = parser.get<float>(option);
  if (value < -1 || value > 1) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--{} is a similarity, from -1 to 1, not {}", option, value));
  }
  return value;
}

// Prints answers as the options say. Copies nothing; all must outlive it.
class Answers {
 public:
  Answers(const ArgumentParser& parser, const Database& database, const Decider& decider,
          const QueryOptions& options, std::ostream& out)
      : database_(database),
        decider_(decider),
        within_(options.within),
        as_json_(parser.flag("json")),
        items_(database.gallery().stats().items),
        out_(out) {}

  /// `alone`: there is no other.
  void print(const std::string& name, const Answer& answer, bool alone) const {
    if (as_json_) {
      print_json(out_, to_json(database_, name, answer, decider_));
    } else if (alone) {
      out_ << verdict(answer, decider_, within_, items_) << '\n';
      print_details(out_, answer.prediction);
    } else {
      out_ << fmt::format("{:<24} {}\n", verdict(answer, decider_, within_, items_),
                          printable(name));
    }
  }

 private:
  const Database& database_;
  const Decider& decider_;
  std::optional<float> within_;
  bool as_json_;
  std::uint64_t items_;
  std::ostream& out_;
};

int query_images(const ArgumentParser& parser, QueryOptions options, Console& console) {
  const ImageLimits limits = parser.image_limits();
  ImageArguments images(console);
  const std::vector<std::filesystem::path> paths = images.files(parser, parser.positional());
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Decider decider(parser, database, options, console);
  const Answers answers(parser, database, decider, options, console.out);
  std::vector<ImageFailure> failures;
  encode_images(database.encoder(), list_of(paths, limits), [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const std::span<const float> embedding = run.embeddings.row(i);
      answers.print(paths[run.indices[i]].string(),
                    decider.answer(embedding, database.query(embedding, options)),
                    paths.size() == 1);
    }
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
    return static_cast<bool>(console.out);
  });
  return images.exit_code(failures, paths.size());
}

// Some rows of a file of vectors. Names and rows of `embeddings` belong together.
struct VectorRun {
  explicit VectorRun(std::size_t dimension) : embeddings(dimension) {}

  std::vector<std::string> names;
  EmbeddingBatch embeddings;
  std::vector<ImageFailure> failures;
  bool is_last = false;
};

VectorRun read_vectors(VectorReader& reader, std::size_t dimension) {
  VectorRun run(dimension);
  std::vector<float> values;
  while (!run.is_last && run.names.size() + run.failures.size() < kVectorsAtOnce) {
    try {
      run.is_last = !reader.next(values);
      if (run.is_last) break;
    } catch (const Error& e) {
      run.failures.push_back({0, e.code(), e.what()});
      continue;
    }
    try {
      run.embeddings.append_normalized(values);
      run.names.push_back(reader.row_name());
    } catch (const Error& e) {
      run.failures.push_back({0, e.code(), reader.row_name() + ": " + e.what()});
    }
  }
  return run;
}

int query_vectors(const ArgumentParser& parser, QueryOptions options, Console& console) {
  const auto& file = parser.get<std::string>("vectors");
  std::optional<std::ifstream> opened;
  if (file != "-") opened = open_to_read(file);
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Decider decider(parser, database, options, console);
  const Answers answers(parser, database, decider, options, console.out);
  const std::size_t dimension = database.gallery().dimension();
  VectorReader reader(opened ? *opened : console.in, file, dimension);
  std::vector<ImageFailure> failures;
  std::size_t total = 0;
  for (bool goes_on = true; goes_on && console.out;) {
    const VectorRun run = read_vectors(reader, dimension);
    goes_on = !run.is_last;
    total += run.names.size() + run.failures.size();
    const std::vector<Answer> decided =
        decider.answers(run.embeddings, database.query_batch(run.embeddings, options));
    for (std::size_t i = 0; i < decided.size(); ++i) {
      answers.print(run.names[i], decided[i], total == 1 && run.is_last);
    }
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
  }
  if (total == 0) throw Error(ErrorCode::kBadInput, "there is no vector in " + file);
  return exit_code(failures, total);
}

}  // namespace

int run_query(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "query PATH...   or   simdb query --vectors FILE",
      "Classifies images by a similarity-weighted vote of their nearest neighbours. PATH is a "
      "file,\na folder or - for a list on stdin. One image is answered with its neighbours, many "
      "with\na line each: class, confidence, path. So are vectors, row i as FILE:i.");
  parser.options().add_options()("vectors", po::value<std::string>()->value_name("FILE"),
                                 "rows of FILE.npy, FILE.fvecs or JSON lines (- for stdin) instead "
                                 "of images, scaled to length 1");
  add_vote_options(parser);
  add_filter_options(parser);
  parser.options().add_options()("alpha",
                                 po::value<double>()->default_value(0.05, "0.05")->value_name("A"),
                                 "share of known images called unknown, if calibrated");
  parser.options().add_options()(
      "accept", po::value<float>()->value_name("S"),
      "instead: the similarity of the nearest neighbour below which an image is unknown (0.5 where "
      "uncalibrated)");
  parser.options().add_options()("within", po::value<float>()->value_name("S"),
                                 "let all items of at least this similarity vote");
  parser.with_lists().with_image_limits().with_database().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  require_vote_options(parser);
  QueryOptions options;
  if (parser.has("accept")) options.accept_similarity = similarity_of(parser, "accept");
  options.filter = filter_of(parser);
  if (parser.has("within")) options.within = similarity_of(parser, "within");
  const bool has_images = !parser.positional().empty() || parser.has("files-from");
  if (has_images == parser.has("vectors")) {
    throw Error(ErrorCode::kUsage, has_images ? "query takes images or --vectors, not both"
                                              : "an argument is missing; see 'simdb query --help'");
  }
  return has_images ? query_images(parser, options, console)
                    : query_vectors(parser, options, console);
}

}  // namespace simdb::cli
