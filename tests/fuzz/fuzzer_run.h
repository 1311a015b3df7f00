#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_targets.h"

namespace simdb::fuzz {

struct FuzzerLimits {
  std::uint64_t runs = 0;
  std::uint64_t seconds = 0;
  std::uint64_t seed = 0;
};

struct FuzzerReport {
  bool clean = false;  ///< the fuzzer reached a limit and found nothing
  std::uint64_t runs = 0;
  std::uint64_t edges = 0;
  double seconds = 0;
  std::string log;  ///< what it wrote last
};

/// Runs a fuzzer from the inputs in `corpus` (which stays as it is) until it finds something or
/// reaches a limit. What it finds is kept beside `findings`, as libFuzzer names it.
FuzzerReport run_fuzzer(const Target& target, const std::filesystem::path& corpus,
                        const FuzzerLimits& limits);

struct LineCoverage {
  std::string file;
  std::uint64_t lines = 0;
  std::uint64_t reached = 0;

  double percent() const { return lines == 0 ? 0 : 100.0 * reached / lines; }
};

/// How much of the sources of a target the inputs in `corpus` reach; without those that are not
/// part of the program. Throws std::runtime_error if a tool fails.
std::vector<LineCoverage> measure_coverage(const Target& target,
                                           const std::filesystem::path& corpus);

}  // namespace simdb::fuzz
