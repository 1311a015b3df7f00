// N-way K-shot accuracy of an encoder on any tree of class folders.
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmarks/bench_support.h"
#include "benchmarks/labeled_rows.h"
#include "encoder/episodes.h"

namespace simdb::bench {
namespace {

struct Options {
  std::string encoder;
  std::string data;
  std::string classes = "auto";
  EpisodeOptions episodes;
  bool within_parents = false;
  bool json = false;
};

void run(const Options& options) {
  const auto encoder = open_encoder(options.encoder);
  const LabeledRows data = encode_tree(*encoder, options.data, parse_class_level(options.classes));
  const EpisodeScore score = score_episodes(
      data.rows, data.labels, options.episodes,
      options.within_parents ? std::span<const int>(data.parents) : std::span<const int>());
  const EpisodeOptions& drawn = options.episodes;
  if (options.json) {
    const nlohmann::ordered_json result = {{"classes", data.classes.size()},
                                           {"images", data.labels.size()},
                                           {"dimension", data.rows.dimension()},
                                           {"ways", drawn.ways},
                                           {"shots", drawn.shots},
                                           {"episodes", drawn.episodes},
                                           {"seed", drawn.seed},
                                           {"within_parents", options.within_parents},
                                           {"accuracy", score.accuracy},
                                           {"interval95", score.interval95}};
    std::cout << result.dump() << '\n';
    return;
  }
  std::cout << fmt::format(
      "{} images of {} classes, {} floats\n"
      "{}-way {}-shot{}: {:.2f} % +- {:.2f} % (95 % interval, {} episodes, seed {})\n",
      data.labels.size(), data.classes.size(), data.rows.dimension(), drawn.ways, drawn.shots,
      options.within_parents ? " within a parent folder" : "", score.accuracy * 100,
      score.interval95 * 100, drawn.episodes, drawn.seed);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  simdb::EpisodeOptions& drawn = options.episodes;
  po::options_description description("fewshot_bench: N-way K-shot accuracy");
  description.add_options()("encoder", po::value(&options.encoder), "the model, FILE.onnx")(
      "data", po::value(&options.data), "class folders; classes that the encoder never saw")(
      "classes", po::value(&options.classes)->default_value(options.classes),
      "which folders are classes: auto, top or leaf")(
      "ways", po::value(&drawn.ways)->default_value(drawn.ways), "classes an episode")(
      "shots", po::value(&drawn.shots)->default_value(drawn.shots), "support images a class")(
      "episodes", po::value(&drawn.episodes)->default_value(drawn.episodes), "how many")(
      "seed", po::value(&drawn.seed)->default_value(drawn.seed), "what is drawn")(
      "within-parents", po::bool_switch(&options.within_parents),
      "the classes of an episode share their parent folder (an alphabet)")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::guarded_main("fewshot_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
