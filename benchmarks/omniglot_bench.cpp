// The error of an encoder on the 20 published one-shot runs of Omniglot.
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmarks/bench_support.h"
#include "benchmarks/labeled_rows.h"
#include "benchmarks/omniglot_runs.h"

namespace simdb::bench {
namespace {

struct Options {
  std::string encoder;
  std::string runs;
  bool json = false;
};

void run(const Options& options) {
  const auto encoder = open_encoder(options.encoder);
  const std::vector<OneShotRun> runs = score_omniglot_runs(*encoder, options.runs);
  OneShotRun total;
  for (const OneShotRun& entry : runs) {
    total.trials += entry.trials;
    total.errors += entry.errors;
  }
  const double error = static_cast<double>(total.errors) / static_cast<double>(total.trials);
  if (options.json) {
    const nlohmann::ordered_json result = {
        {"trials", total.trials}, {"errors", total.errors}, {"error", error}};
    std::cout << result.dump() << '\n';
    return;
  }
  for (const OneShotRun& entry : runs) {
    std::cout << fmt::format("{:<12} {:>4} trials {:>4} errors\n", entry.name, entry.trials,
                             entry.errors);
  }
  std::cout << fmt::format("{:<12} {:>4} trials {:>4} errors, {:.2f} %\n", "all", total.trials,
                           total.errors, error * 100);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description("omniglot_bench: the published one-shot runs");
  description.add_options()("encoder", po::value(&options.encoder), "the model, FILE.onnx")(
      "runs", po::value(&options.runs), "folder with run01 to run20")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::guarded_main("omniglot_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
