// `simdb add --by-folder` against the time that the network alone takes for the same images,
// brought to its input size before: how well reading, decoding, resizing, hashing and committing
// hide behind it.
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmarks/bench_support.h"
#include "cli/sample_shapes.h"
#include "encoder/model/onnx_model.h"
#include "simdb/image_codec.h"
#include "simdb/image_paths.h"
#include "simdb/ingest.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string data;
  std::string encoder;
  int rounds = 5;
  bool json = false;
};

struct Round {
  double encode = 0;
  double ingest = 0;
};

Round measure(const std::vector<LabeledPath>& files, const std::vector<Image>& images,
              std::span<const std::byte> model, const fs::path& folder) {
  Round round;
  Database database = Database::create(folder, model, OnnxEncoder(model).dimension(),
                                       {.encoder_loader = load_onnx_encoder});
  const ImageEncoder& encoder = database.encoder();
  round.encode = seconds([&] { encoder.encode(images); });
  round.ingest = seconds([&] { ingest(database, files, [](const IngestedRun&) { return true; }); });
  if (database.gallery().stats().items != files.size())
    throw std::runtime_error("not all images were added");
  return round;
}

int run(Options options) {
  std::string name = (fs::temp_directory_path() / "simdb-ingest-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  if (options.data.empty()) {
    options.data = folder / "shapes";
    cli::write_sample_tree(options.data, {.count = 500});
  }
  const std::vector<std::byte> model = model_or_default(options.encoder);
  const std::vector<LabeledPath> files = labeled_paths(options.data);
  std::vector<Image> images;
  const InputSpec input = read_onnx_header(model, "the encoder").input;
  for (const LabeledPath& file : files) {
    images.push_back(fit_to_input(load_image(file.path).image, input));
  }

  std::vector<double> encode;
  std::vector<double> ingest;
  std::vector<double> ratios;
  for (int i = 0; i < options.rounds; ++i) {
    const Round round = measure(files, images, model, folder / ("db" + std::to_string(i)));
    encode.push_back(round.encode);
    ingest.push_back(round.ingest);
    ratios.push_back(round.ingest / round.encode);
  }
  fs::remove_all(folder);
  const Spread ratio = spread_of(ratios);
  if (options.json) {
    const nlohmann::ordered_json result = {{"machine", machine_name()},
                                           {"images", files.size()},
                                           {"encode_s", spread_of(encode).median},
                                           {"ingest_s", spread_of(ingest).median},
                                           {"ratio", ratio.median},
                                           {"ratio_min", ratio.min},
                                           {"ratio_max", ratio.max}};
    std::cout << result.dump() << '\n';
  } else {
    std::cout << fmt::format("{}, {} images, {} rounds\n", machine_name(), files.size(),
                             options.rounds)
              << fmt::format(
                     "  network alone   {:.3f} s\n  adding          {:.3f} s, {:.1f} images/s\n",
                     spread_of(encode).median, spread_of(ingest).median,
                     static_cast<double>(files.size()) / spread_of(ingest).median)
              << fmt::format("  ratio           {:.2f} ({:.2f} to {:.2f})\n", ratio.median,
                             ratio.min, ratio.max);
  }
  return 0;
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description(
      "ingest_bench: time to add images against the time to encode them");
  description.add_options()("data", po::value(&options.data),
                            "folder with a sub-folder per class (default: 4,500 drawn shapes)")(
      "encoder", po::value(&options.encoder),
      "model file (default: the default network, random weights)")(
      "rounds", po::value(&options.rounds)->default_value(options.rounds), "repetitions")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::parse_arguments(argc, argv, description) ? simdb::bench::run(options) : 0;
}
