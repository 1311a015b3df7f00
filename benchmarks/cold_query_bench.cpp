// Wall time of a whole `simdb query one.png` process on a small database, warm cache, beside a bare
// program that links OpenCV's core and dnn, opens the same RocksDB and exits
// (cold_query_baseline.cpp).
#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmarks/bench_support.h"
#include "cli/sample_shapes.h"
#include "core/file_io.h"
#include "database/layout.h"
#include "encoder/model/onnx_model.h"
#include "simdb/image_paths.h"
#include "simdb/ingest.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::size_t count = 10;
  int rounds = 25;
  bool json = false;
};

int run(const Options& options) {
  const fs::path programs = program_folder();
  std::string name = (fs::temp_directory_path() / "simdb-cold-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  cli::write_sample_tree(folder / "shapes", {.count = options.count});
  const std::vector<std::byte> model = write_onnx_model(default_network());
  std::size_t items = 0;
  {
    Database database =
        Database::create(folder / "db", model, 16, {.encoder_loader = load_onnx_encoder});
    const auto files = labeled_paths(folder / "shapes");
    items = ingest(database, files, [](const IngestedRun&) { return true; }).added;
  }
  const std::string image = folder / "shapes/red/circle_red_0.png";
  const std::string simdb = programs / "simdb";
  const std::vector<std::string> query = {simdb, "query", image, "--db", folder / "db"};
  const std::vector<std::string> classes = {simdb, "classes", "--db", folder / "db"};
  const std::vector<std::string> bare = {programs / "cold_query_baseline",
                                         store_path(folder / "db")};

  std::vector<double> query_s;
  std::vector<double> classes_s;
  std::vector<double> bare_s;
  std::vector<double> ratios;
  std::vector<double> classes_ratios;
  for (int round = -1; round < options.rounds; ++round) {  // the first one warms the cache
    const double q = seconds([&] { run_program(query); });
    const double b = seconds([&] { run_program(bare); });
    const double c = seconds([&] { run_program(classes); });
    if (round < 0) continue;
    query_s.push_back(q);
    bare_s.push_back(b);
    classes_s.push_back(c);
    ratios.push_back(q / b);
    classes_ratios.push_back(c / b);
  }
  fs::remove_all(folder);
  const Spread ratio = spread_of(ratios);
  const Spread classes_ratio = spread_of(classes_ratios);
  const auto line = [](const std::string& what, const std::vector<double>& times) {
    const Spread spread = spread_of(times);
    return fmt::format("  {:<42} {:>6.1f} ms  ({:.1f} to {:.1f})\n", what, 1e3 * spread.median,
                       1e3 * spread.min, 1e3 * spread.max);
  };
  if (options.json) {
    const nlohmann::ordered_json result = {{"machine", machine_name()},
                                           {"items", items},
                                           {"query_ms", 1e3 * spread_of(query_s).median},
                                           {"classes_ms", 1e3 * spread_of(classes_s).median},
                                           {"bare_ms", 1e3 * spread_of(bare_s).median},
                                           {"ratio", ratio.median},
                                           {"ratio_min", ratio.min},
                                           {"ratio_max", ratio.max},
                                           {"classes_ratio", classes_ratio.median}};
    std::cout << result.dump() << '\n';
  } else {
    std::cout << fmt::format("{}, {} items, {} rounds\n", machine_name(), items, options.rounds)
              << line("simdb query one.png", query_s)
              << line("simdb classes (no encoder)", classes_s)
              << line("bare program: open RocksDB, exit", bare_s)
              << fmt::format("  query / bare {:.2f} ({:.2f} to {:.2f})\n", ratio.median, ratio.min,
                             ratio.max)
              << fmt::format("  classes / bare {:.2f} ({:.2f} to {:.2f})\n", classes_ratio.median,
                             classes_ratio.min, classes_ratio.max);
  }
  return 0;
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description("cold_query_bench: wall time of a whole query process");
  description.add_options()("count", po::value(&options.count)->default_value(options.count),
                            "images of each of 9 kinds")(
      "rounds", po::value(&options.rounds)->default_value(options.rounds), "repetitions")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::parse_arguments(argc, argv, description) ? simdb::bench::run(options) : 0;
}
