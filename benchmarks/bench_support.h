#pragma once

#include <boost/program_options/options_description.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/model/onnx_model.h"

// What the benchmarks share: timing, spread, a net to run. Figures of one run are compared with
// each other; machines are noisy.
namespace simdb::bench {

/// Minimum, median and maximum of repeated measurements.
struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};

Spread spread_of(std::vector<double> values);

/// Wall-clock seconds of one call.
template <typename Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The default network of `simdb train` (28 x 28 RGB, Conv 16, 32 and 64, Dense 16) with random
/// weights: speed does not depend on what they are.
EncoderModel default_network();

/// The bytes of `file`, or of default_network() if it is empty.
std::vector<std::byte> model_or_default(const std::string& file);

/// Parses the command line against `options` (--help is added); false if the help page was asked
/// for and printed.
bool parse_arguments(int argc, char** argv, boost::program_options::options_description& options);

/// Runs `work` as the body of main(): what it throws is printed to stderr behind `program`. Returns
/// the exit code: 0, or that of simdb's errors, 2 for wrong options.
int guarded_main(std::string_view program, const std::function<void()>& work);

/// Runs a program with arguments and waits; its stdout is thrown away. Throws if it fails.
void run_program(const std::vector<std::string>& command);

/// "2 x AMD EPYC": what the figures were measured on.
std::string machine_name();

}  // namespace simdb::bench
