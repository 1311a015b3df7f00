// F19: every fuzzer for 10 million inputs or SIMDB_FUZZ_SECONDS, whichever comes first, without a
// finding; and the corpora in git reach 90 % of the lines of every parser.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/fuzzer_run.h"
#include "tests/support/fault_run.h"
#include "tests/support/temporary_folder.h"

namespace simdb::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr double kLeastCoverage = 90;
constexpr std::uint64_t kControlSeconds = 60;

FuzzerLimits limits() {
  return {.runs = test::amount(10'000, 100'000, 10'000'000),
          .seconds = test::amount(5, 20, SIMDB_FUZZ_SECONDS),
          .seed = test::fault_run().seed};
}

struct Totals {
  std::uint64_t targets = 0;
  std::uint64_t runs = 0;
  std::uint64_t most_seconds = 0;
  double least_coverage = 100;
};

void fuzz_one(const Target& target, Totals& totals, std::mutex& mutex) {
  const fs::path corpus = fs::path(SIMDB_FUZZ_CORPUS) / target.name;
  if (!fs::is_directory(corpus) || fs::is_empty(corpus)) {
    ADD_FAILURE() << "no corpus in " << corpus;
    return;
  }
  const std::vector<LineCoverage> coverage = measure_coverage(target, corpus);
  EXPECT_EQ(coverage.size(), target.covers.size()) << target.name;
  const FuzzerReport report = run_fuzzer(target, corpus, limits());
  EXPECT_TRUE(report.clean) << target.name << ": " << report.log;

  const std::scoped_lock lock(mutex);
  std::printf("%-16s %11s inputs, %5.0f s, %7.0f/s, %5llu edges;", target.name.c_str(),
              test::grouped(report.runs).c_str(), report.seconds,
              static_cast<double>(report.runs) / report.seconds,
              static_cast<unsigned long long>(report.edges));
  for (const LineCoverage& file : coverage) {
    std::printf(" %s %.1f %% of %llu lines", file.file.c_str(), file.percent(),
                static_cast<unsigned long long>(file.lines));
    EXPECT_GE(file.percent(), kLeastCoverage) << file.file << ": more inputs in " << corpus;
    totals.least_coverage = std::min(totals.least_coverage, file.percent());
  }
  std::printf("\n");
  std::fflush(stdout);
  ++totals.targets;
  totals.runs += report.runs;
  totals.most_seconds = std::max(totals.most_seconds, static_cast<std::uint64_t>(report.seconds));
}

TEST(Fuzzers, FindThePlantedBug) {
  const auto control =
      std::ranges::find_if(targets(), [](const Target& t) { return t.is_control(); });
  const test::TemporaryFolder empty;
  const FuzzerReport report =
      run_fuzzer(*control, empty.path(),
                 {.runs = 100'000'000, .seconds = kControlSeconds, .seed = test::fault_run().seed});
  EXPECT_FALSE(report.clean);
  EXPECT_NE(report.log.find("planted promise"), std::string::npos) << report.log;
  std::printf("the planted bug was found in %.1f s\n", report.seconds);
}

TEST(Fuzzers, FindNothingElse) {
  Totals totals;
  std::mutex mutex;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < targets().size(); i = next++) {
      const Target& target = targets()[i];
      if (target.is_control()) continue;
      try {
        fuzz_one(target, totals, mutex);
      } catch (const std::exception& e) {
        ADD_FAILURE() << target.name << ": " << e.what();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back(work);
    }
  }
  if (HasFailure()) return;
  char coverage[64];
  std::snprintf(coverage, sizeof coverage, "%.1f %%", totals.least_coverage);
  test::record(
      {"F19",
       std::to_string(totals.targets) + " fuzzers, " + test::grouped(totals.runs) +
           " inputs, at most " + std::to_string(totals.most_seconds) + " s each",
       std::string("no finding; the corpora reach at least ") + coverage + " of a parser's lines",
       "a planted bug is found"});
}

}  // namespace
}  // namespace simdb::fuzz
