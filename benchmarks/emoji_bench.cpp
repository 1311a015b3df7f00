// recall@1 on emoji that an encoder never saw, drawn by other hands.
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmarks/baseline_encoders.h"
#include "benchmarks/bench_support.h"
#include "benchmarks/emoji_protocol.h"
#include "benchmarks/labeled_rows.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

struct Options {
  std::string encoder;
  std::string baseline;
  std::string data;
  std::string write_training;
  std::string gallery = "google";  // Noto
  std::size_t classes = 900;
  std::uint64_t seed = 1;
  bool json = false;
};

void print(const Options& options, const EmojiSplit& split, const EmojiScore& score,
           std::size_t dimension) {
  if (options.json) {
    const nlohmann::ordered_json result = {{"training_classes", split.training.size()},
                                           {"unseen_classes", split.unseen.size()},
                                           {"seed", options.seed},
                                           {"dimension", dimension},
                                           {"recall_at_1", score.recall_at_1},
                                           {"mean", score.mean}};
    std::cout << result.dump() << '\n';
    return;
  }
  std::cout << fmt::format("{} unseen classes, gallery {}, {} floats\n", split.unseen.size(),
                           options.gallery, dimension);
  for (const auto& [vendor, recall] : score.recall_at_1) {
    std::cout << fmt::format("  {:<12} recall@1 {:.2f} %\n", vendor, recall * 100);
  }
  std::cout << fmt::format("  {:<12} recall@1 {:.2f} %\n", "mean", score.mean * 100);
}

void run(const Options& options) {
  const EmojiSplit split = split_emoji(options.data, options.classes, options.seed);
  if (!options.write_training.empty()) {
    link_classes(split.training, options.write_training);
    std::cerr << fmt::format("{} classes linked in {}\n", split.training.size(),
                             options.write_training);
    if (options.encoder.empty() && options.baseline.empty()) return;
  }
  if (!options.encoder.empty() && !options.baseline.empty()) {
    throw Error(ErrorCode::kUsage, "name an --encoder or a --baseline, not both");
  }
  const auto encoder =
      options.baseline.empty() ? open_encoder(options.encoder) : baseline_encoder(options.baseline);
  print(options, split, score_emoji(*encoder, split.unseen, options.gallery), encoder->dimension());
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description("emoji_bench: unseen emoji, drawn by others");
  description.add_options()("encoder", po::value(&options.encoder), "the model, FILE.onnx")(
      "baseline", po::value(&options.baseline), "instead: pixels or histogram")(
      "data", po::value(&options.data), "a folder per class, with VENDOR.png of each vendor")(
      "classes", po::value(&options.classes)->default_value(options.classes),
      "how many are for training; the others are unseen")(
      "seed", po::value(&options.seed)->default_value(options.seed), "which ones")(
      "gallery", po::value(&options.gallery)->default_value(options.gallery),
      "the vendor that is looked up in")(
      "write-training", po::value(&options.write_training),
      "a new folder with links to the training classes, for simdb train")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::guarded_main("emoji_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
