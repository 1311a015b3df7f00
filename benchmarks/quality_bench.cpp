// What the default training recipe achieves: the article's protocol, a class added without
// training, and classes that no training saw.
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "benchmarks/bench_support.h"
#include "benchmarks/quality_protocols.h"
#include "cli/sample_shapes.h"
#include "cli/train/train_args.h"
#include "encoder/training/allocator.h"
#include "encoder/training/recipe.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string data;
  std::string protocol = "unseen";
  std::string train;
  std::size_t added = 5;
  int seeds = 5;
  bool json = false;
};

const std::map<std::string, ShapeProtocol> kProtocols = {
    {"colors", ShapeProtocol::kColors},
    {"shapes", ShapeProtocol::kShapes},
    {"unseen", ShapeProtocol::kUnseenColors},
    {"unseen-shapes", ShapeProtocol::kUnseenShapes}};

/// Pictures from --data, or the article's shapes, drawn.
std::vector<ShapePicture> shape_pictures(const std::string& data) {
  if (!data.empty()) return load_shape_pictures(data);
  std::string name = (fs::temp_directory_path() / "simdb-quality-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  cli::write_sample_tree(folder, {.count = 500});
  std::vector<ShapePicture> pictures = load_shape_pictures(folder);
  fs::remove_all(folder);
  return pictures;
}

void print(const Options& options, const QualityRun& run) {
  if (options.json) {
    const nlohmann::ordered_json line = {
        {"protocol", options.protocol},     {"train", options.train},
        {"added", options.added},           {"seed", run.seed},
        {"unseen_class", run.unseen_class}, {"tested", run.tested},
        {"accuracy", run.accuracy},         {"unseen_accuracy", run.unseen_accuracy},
        {"train_s", run.train_seconds}};
    std::cout << line.dump() << std::endl;
    return;
  }
  std::cout << fmt::format("seed {}: accuracy {:.2f} %", run.seed, run.accuracy * 100);
  if (!run.unseen_class.empty()) {
    std::cout << fmt::format(", {} added later {:.2f} %", run.unseen_class,
                             run.unseen_accuracy * 100);
  }
  std::cout << fmt::format(" of {} images, trained in {:.1f} s\n", run.tested, run.train_seconds)
            << std::flush;
}

void print_summary(const std::vector<QualityRun>& runs, double QualityRun::* score,
                   std::string_view name) {
  std::vector<double> values;
  for (const QualityRun& run : runs) values.push_back(run.*score);
  double sum = 0;
  for (const double value : values) sum += value;
  std::cout << fmt::format("{}: mean {:.2f} %, worst {:.2f} % of {} runs\n", name,
                           sum * 100 / static_cast<double>(values.size()),
                           *std::min_element(values.begin(), values.end()) * 100, values.size());
}

int run(const Options& options) {
  // The words of `simdb train DIR -o FILE ...`, read by its own parser.
  std::istringstream switches("DIR -o FILE " + options.train);
  const std::vector<std::string> words(std::istream_iterator<std::string>{switches}, {});
  const cli::TrainCommand command =
      cli::parse_train_args(std::vector<std::string_view>(words.begin(), words.end()));
  const Recipe recipe = [&](const training::LabeledImages& images) {
    return command.change(training::recommend(images));
  };

  const bool by_class = options.protocol == "classes";
  const std::vector<ShapePicture> pictures =
      by_class ? std::vector<ShapePicture>() : shape_pictures(options.data);
  std::vector<QualityRun> runs;
  const auto keep = [&](const QualityRun& one) {
    print(options, one);
    runs.push_back(one);
  };
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(options.seeds); ++seed) {
    if (by_class) {
      keep(run_class_protocol(options.data, seed, recipe));
    } else {
      run_shape_protocol(pictures, kProtocols.at(options.protocol), seed, options.added, recipe,
                         keep);
    }
  }
  if (options.json || runs.empty()) return 0;
  print_summary(runs, &QualityRun::accuracy, "accuracy");
  if (!runs.front().unseen_class.empty()) {
    print_summary(runs, &QualityRun::unseen_accuracy, "accuracy on the added class");
  }
  return 0;
}

bool is_protocol(const std::string& name) { return kProtocols.contains(name) || name == "classes"; }

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::training::keep_freed_memory();
  simdb::bench::Options options;
  po::options_description description("quality_bench: how well the default training recipe does");
  auto add = description.add_options();
  add("data", po::value(&options.data),
      "folder of SHAPE_COLORn.png (default: 4,500 drawn shapes); for 'classes' any class folders");
  add("protocol", po::value(&options.protocol)->default_value(options.protocol),
      "colors, shapes: the article's; unseen, unseen-shapes: a class added after training; "
      "classes: train on half of the classes, look up the other half");
  add("train", po::value(&options.train),
      "switches of simdb train, like \"--loss triplet --epochs 30\"; else what the data "
      "recommends");
  add("added", po::value(&options.added)->default_value(options.added),
      "images of the class that is added");
  add("seeds", po::value(&options.seeds)->default_value(options.seeds), "runs, from seed 1");
  add("json", po::bool_switch(&options.json), "one JSON object per run");
  if (!simdb::bench::parse_arguments(argc, argv, description)) return 0;
  if (!simdb::bench::is_protocol(options.protocol)) {
    std::cerr << "quality_bench: there is no protocol '" << options.protocol << "'; see --help\n";
    return 2;
  }
  return simdb::bench::run(options);
}
