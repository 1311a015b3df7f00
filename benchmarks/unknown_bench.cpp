// How well calibrated galleries tell known images from unknown ones: what is promised, what is
// estimated, and what fixed scores would do. docs/decisions/0031 has the figures.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "benchmarks/bench_support.h"
#include "core/random_order.h"
#include "measures/open_set.h"
#include "simdb/calibration.h"
#include "simdb/database.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::array kAlphas = {0.01, 0.05, 0.2};
constexpr std::size_t kMostAsked = 3000;

struct Options {
  std::vector<std::string> files;
  std::string known;  // classes; empty: a random half
  std::size_t per_class = 100;
  std::size_t draws = 3;
};

/// Vectors with their classes, the folders of the images.
struct Vectors {
  std::vector<std::vector<float>> rows;
  std::map<std::string, std::vector<std::size_t>> classes;
};

// What `simdb embed FOLDER -o FILE.jsonl` wrote.
Vectors read_vectors(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw Error(ErrorCode::kNotFound, "can't read " + file);
  Vectors vectors;
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line);
    vectors.classes[fs::path(json.at("path").get<std::string>()).parent_path().string()].push_back(
        vectors.rows.size());
    vectors.rows.push_back(json.at("vector").get<std::vector<float>>());
  }
  return vectors;
}

struct Rows {
  explicit Rows(std::size_t dimension) : embeddings(dimension) {}
  EmbeddingBatch embeddings;
  std::vector<std::string> classes;
};

/// A gallery, other images of its classes, and images of other classes.
struct Draw {
  explicit Draw(std::size_t dimension) : gallery(dimension), known(dimension), foreign(dimension) {}
  Rows gallery;
  Rows known;
  Rows foreign;
};

void append(Rows& to, const Vectors& from, const std::string& name,
            std::span<const std::size_t> rows) {
  for (const std::size_t row : rows) {
    to.embeddings.append_normalized(from.rows[row]);
    to.classes.push_back(name);
  }
}

Draw draw(const Vectors& vectors, const std::set<std::string>& known, std::size_t per_class,
          std::mt19937_64& random) {
  Draw result(vectors.rows.front().size());
  std::vector<std::pair<std::string, std::size_t>> asked;
  std::vector<std::pair<std::string, std::size_t>> foreign;
  for (const auto& [name, all] : vectors.classes) {
    std::vector<std::size_t> rows = all;
    shuffle_values(std::span(rows), random);
    const std::size_t items = known.contains(name) ? std::min(per_class, (rows.size() + 1) / 2) : 0;
    append(result.gallery, vectors, name, std::span(rows).first(items));
    for (const std::size_t row : std::span(rows).subspan(items)) {
      (items > 0 ? asked : foreign).emplace_back(name, row);
    }
  }
  for (auto [list, rows] : {std::pair{&asked, &result.known}, {&foreign, &result.foreign}}) {
    draw_to_front(std::span(*list), kMostAsked, random);
    list->resize(std::min(list->size(), kMostAsked));
    for (const auto& [name, row] : *list) append(*rows, vectors, name, std::span(&row, 1));
  }
  return result;
}

/// In a folder that goes with it.
class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(const Rows& items)
      : folder_(fs::temp_directory_path() / fmt::format("unknown_bench.{}", ::getpid())),
        database_(Database::create(folder_, VectorSpace{"bench", items.embeddings.dimension()})) {
    std::vector<NewItem> news;
    for (std::size_t i = 0; i < items.classes.size(); ++i) {
      NewItem item;
      item.info.class_name = items.classes[i];
      item.info.digest = sha256(std::as_bytes(items.embeddings.row(i)));
      news.push_back(item);
    }
    database_->add(news, items.embeddings);
  }
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
  ~TemporaryDatabase() {
    database_.reset();
    fs::remove_all(folder_);
  }
  const Database& operator*() const { return *database_; }

 private:
  fs::path folder_;
  std::optional<Database> database_;
};

/// What was said of some images.
struct Answers {
  double unknown = 0;  // share
  double set_size = 0;
  std::map<std::string, std::vector<float>> scores;
};

std::map<std::string, double> fixed_scores(const Prediction& prediction) {
  const auto& neighbors = prediction.neighbors;
  float second = -1;
  for (const LabeledNeighbor& neighbor : neighbors) {
    if (neighbor.class_name != neighbors.front().class_name) {
      second = neighbor.similarity;
      break;
    }
  }
  const double best = neighbors.front().similarity;
  return {{"nearest similarity", best},
          {"vote share", prediction.confidence},
          {"ratio to second class", (1 - second) / std::max(1e-6, 1 - best)},
          {"5th neighbour", neighbors[std::min<std::size_t>(4, neighbors.size() - 1)].similarity},
          {"10th neighbour", neighbors.back().similarity}};
}

Answers ask(const Database& database, const AnswerSets& sets, const EmbeddingBatch& images) {
  const QueryOptions options;
  Answers answers;
  const auto predictions = database.query_batch(images, options);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Decision decision =
        sets.decide(database.gallery(), images.row(i), predictions[i], options);
    answers.unknown += decision.verdict == Verdict::kUnknown ? 1 : 0;
    answers.set_size += static_cast<double>(decision.possible.size());
    double p = 0;
    for (const PossibleClass& entry : decision.possible) p = std::max(p, entry.p.value_or(0));
    answers.scores["p-value"].push_back(static_cast<float>(p));
    answers.scores["familiarity"].push_back(static_cast<float>(decision.familiarity));
    for (const auto& [name, score] : fixed_scores(predictions[i])) {
      answers.scores[name].push_back(static_cast<float>(score));
    }
  }
  answers.unknown /= static_cast<double>(images.rows());
  answers.set_size /= static_cast<double>(images.rows());
  return answers;
}

std::string text_of(const std::vector<double>& values, double scale = 1) {
  const Spread spread = spread_of(values);
  return fmt::format("{:8.4f} ({:.4f} to {:.4f})", scale * spread.median, scale * spread.min,
                     scale * spread.max);
}

void measure_coverage(const Vectors& vectors, const Options& options) {
  std::map<double, std::vector<double>> unknown;
  std::map<double, std::vector<double>> size;
  std::map<double, CalibratedClasses> classes;
  std::size_t asked = 0;
  std::set<std::string> all;
  for (const auto& [name, rows] : vectors.classes) all.insert(name);
  for (std::size_t i = 0; i < options.draws; ++i) {
    std::mt19937_64 random(i + 1);
    const Draw drawn = draw(vectors, all, options.per_class, random);
    const TemporaryDatabase database(drawn.gallery);
    const Calibration calibration = Calibration::compute((*database).gallery());
    asked += drawn.known.classes.size();
    for (const double alpha : kAlphas) {
      const AnswerSets sets(calibration, alpha);
      const Answers answers = ask(*database, sets, drawn.known.embeddings);
      unknown[alpha].push_back(answers.unknown);
      size[alpha].push_back(answers.set_size);
      classes[alpha] = sets.classes();
    }
  }
  fmt::print("  known images called unknown, {} asked in {} draws\n", asked, options.draws);
  for (const double alpha : kAlphas) {
    double mean = 0;
    for (const double share : unknown[alpha]) mean += share / static_cast<double>(options.draws);
    const double error = std::sqrt(alpha * (1 - alpha) / static_cast<double>(asked));
    fmt::print(
        "    alpha {:<5} mean {:.4f} {}  limit {:.4f} {}  set size {}  classes: {} by items, "
        "{} over classes, {} by all, {} uncalibrated\n",
        alpha, mean, text_of(unknown[alpha]), alpha + 3 * error,
        mean <= alpha + 3 * error ? "kept" : "BROKEN", text_of(size[alpha]),
        classes[alpha].by_items, classes[alpha].by_classes, classes[alpha].by_all_items,
        classes[alpha].uncalibrated);
  }
}

void measure_unknown(const Vectors& vectors, const Options& options) {
  std::map<std::string, std::vector<double>> auroc_of;
  std::map<double, std::vector<double>> estimated;
  std::map<double, std::vector<double>> measured;
  std::map<double, std::vector<double>> differences;
  std::vector<double> estimated_auroc;
  std::vector<double> cost;
  for (std::size_t i = 0; i < options.draws; ++i) {
    std::mt19937_64 random(100 + i);
    std::vector<std::string> names;
    for (const auto& [name, rows] : vectors.classes) names.push_back(name);
    shuffle_values(std::span(names), random);
    std::set<std::string> known;
    for (const std::string& name : names) {
      const std::string last = fs::path(name).filename().string();
      const bool chosen = options.known.empty() ? known.size() < (names.size() + 1) / 2
                                                : options.known.find(last) != std::string::npos;
      if (chosen) known.insert(name);
    }
    const Draw drawn = draw(vectors, known, options.per_class, random);
    const TemporaryDatabase database(drawn.gallery);
    const Calibration calibration = Calibration::compute((*database).gallery());
    for (const double alpha : kAlphas) {
      const AnswerSets sets(calibration, alpha);
      const Answers foreign = ask(*database, sets, drawn.foreign.embeddings);
      const CalibrationEstimate estimate = sets.estimate((*database).gallery(), 0.5F);
      estimated[alpha].push_back(estimate.accepted.share());
      measured[alpha].push_back(1 - foreign.unknown);
      differences[alpha].push_back(estimate.accepted.share() - (1 - foreign.unknown));
      if (alpha != 0.05) continue;
      const Answers own = ask(*database, sets, drawn.known.embeddings);
      for (const auto& [name, scores] : own.scores) {
        auroc_of[name].push_back(auroc(scores, foreign.scores.at(name)));
      }
      estimated_auroc.push_back(estimate.auroc);
      const QueryOptions query;
      const auto rows = drawn.known.embeddings;
      double plain = 0;
      double decided = 0;
      for (std::size_t row = 0; row < rows.rows(); ++row) {
        Prediction prediction;
        plain += seconds([&] { prediction = (*database).query(rows.row(row), query); });
        decided +=
            seconds([&] { sets.decide((*database).gallery(), rows.row(row), prediction, query); });
      }
      cost.push_back(decided / plain);
    }
  }
  fmt::print("  foreign images not called unknown\n");
  for (const double alpha : kAlphas) {
    fmt::print("    alpha {:<5} estimated {}  measured {}  difference {}\n", alpha,
               text_of(estimated[alpha]), text_of(measured[alpha]), text_of(differences[alpha]));
  }
  fmt::print("  AUROC, estimated by the gallery {}\n", text_of(estimated_auroc));
  for (const auto& [name, values] : auroc_of) fmt::print("    {:<24}{}\n", name, text_of(values));
  fmt::print("  time of a decision over that of Database::query {}\n", text_of(cost));
}

void run(const Options& options) {
  for (const std::string& file : options.files) {
    const Vectors vectors = read_vectors(file);
    fmt::print("{}: {} images of {} classes, up to {} per class in the gallery\n", file,
               vectors.rows.size(), vectors.classes.size(), options.per_class);
    if (options.known.empty()) measure_coverage(vectors, options);
    measure_unknown(vectors, options);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description(
      "unknown_bench: known and unknown images, in vectors that 'simdb embed DIR -o FILE.jsonl' "
      "wrote");
  description.add_options()("vectors", po::value(&options.files)->multitoken(),
                            "files; an image's folder is its class")(
      "known", po::value(&options.known), "known classes, such as 0123456; else a random half")(
      "per-class", po::value(&options.per_class)->default_value(100), "images in the gallery")(
      "draws", po::value(&options.draws)->default_value(3), "of galleries");
  return simdb::bench::guarded_main("unknown_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
