// How well an encoder finds the class of queries in a gallery.
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmarks/bench_support.h"
#include "benchmarks/labeled_rows.h"
#include "measures/evaluation.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

struct Options {
  std::string encoder;
  std::string gallery;
  std::string queries;
  std::vector<std::string> limits;
  std::size_t k = 10;
  std::uint64_t seed = 1;
  bool json = false;
};

/// Class by class, how many of its queries the vote got right.
nlohmann::ordered_json class_accuracies(const std::vector<QueryResult>& results,
                                        const LabeledRows& queries) {
  struct Tally {
    std::size_t queries = 0;
    std::size_t right = 0;
  };
  std::vector<Tally> tallies(queries.classes.size());
  for (const QueryResult& result : results) {
    Tally& tally = tallies[static_cast<std::size_t>(queries.labels[result.row])];
    ++tally.queries;
    if (result.predicted == result.label) ++tally.right;
  }
  nlohmann::ordered_json accuracies;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    accuracies[queries.classes[i]] =
        static_cast<double>(tallies[i].right) / static_cast<double>(tallies[i].queries);
  }
  return accuracies;
}

void run(const Options& options) {
  if (options.gallery.empty() || options.queries.empty()) {
    throw Error(ErrorCode::kUsage, "name both trees: --gallery DIR --queries DIR");
  }
  ClassLimits limits;
  for (const std::string& text : options.limits) limits.insert(parse_limit(text));
  const auto encoder = open_encoder(options.encoder);
  const LabeledRows gallery =
      encode_tree(*encoder, options.gallery, ClassLevel::kAuto, limits, options.seed);
  const LabeledRows queries = encode_tree(*encoder, options.queries);
  const std::vector<QueryResult> results =
      look_up(queries.rows, labels_in(queries, gallery.classes), gallery.rows, gallery.labels,
              {.voters = options.k});
  const RetrievalScore score = mean_of(results);
  const nlohmann::ordered_json classes = class_accuracies(results, queries);
  if (options.json) {
    const nlohmann::ordered_json json = {{"gallery", gallery.labels.size()},
                                         {"queries", queries.labels.size()},
                                         {"classes", gallery.classes.size()},
                                         {"dimension", gallery.rows.dimension()},
                                         {"k", options.k},
                                         {"seed", options.seed},
                                         {"recall_at_1", score.recall_at_1},
                                         {"recall_at_5", score.recall_at_5},
                                         {"map_at_r", score.map_at_r},
                                         {"accuracy", score.accuracy},
                                         {"balanced_accuracy", score.balanced_accuracy},
                                         {"class_accuracy", classes}};
    std::cout << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  std::cout << fmt::format("{} queries against {} images of {} classes, {} floats\n",
                           queries.labels.size(), gallery.labels.size(), gallery.classes.size(),
                           gallery.rows.dimension());
  const auto line = [](const std::string& name, double share) {
    std::cout << fmt::format("  {:<24} {:.2f} %\n", name, share * 100);
  };
  line("recall@1", score.recall_at_1);
  line("recall@5", score.recall_at_5);
  line("MAP@R", score.map_at_r);
  line(fmt::format("accuracy, k = {}", options.k), score.accuracy);
  line("balanced accuracy", score.balanced_accuracy);
  constexpr std::size_t kShownClasses = 20;
  if (classes.size() > kShownClasses) return;
  for (const auto& [name, share] : classes.items()) line("class " + name, share.get<double>());
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description("retrieval_bench: queries against a gallery");
  description.add_options()("encoder", po::value(&options.encoder), "the model, FILE.onnx")(
      "gallery", po::value(&options.gallery), "class folders of reference images")(
      "queries", po::value(&options.queries), "class folders of the images to be found")(
      "k", po::value(&options.k)->default_value(options.k), "neighbours that vote")(
      "limit", po::value(&options.limits)->multitoken()->value_name("CLASS=N"),
      "only N images of this class of the gallery, drawn at random; for several classes")(
      "seed", po::value(&options.seed)->default_value(options.seed), "which N")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::guarded_main("retrieval_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
