// Valid images with bytes flipped, inserted, deleted and exchanged, decoded in a process of their
// own: no crash, no hang, no more memory than the limits allow, no exception but simdb::Error, and
// pixels that fit the size.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "tests/support/fault_run.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

constexpr std::chrono::seconds kMaxStart{120};  // with a sanitizer, on a busy machine
constexpr std::chrono::seconds kMaxMutant{20};
constexpr std::uint64_t kMaxMemory = 512'000'000;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasures = false;
#else
constexpr bool kMeasures = true;
#endif

struct Outcome {
  std::uint64_t decoded = 0;
  std::uint64_t refused = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t crashes = 0;
  std::uint64_t hangs = 0;
  std::vector<std::string> bad;  ///< one a mutant, with how to repeat it
  std::uint64_t first_bad = 0;
};

// Runs mutants `first` to `end`, in one process after the other when one dies. `asked` is handed to
// the first.
Outcome run_mutants(std::uint64_t seed, std::uint64_t first, std::uint64_t end,
                    std::vector<std::string> asked = {},
                    std::chrono::seconds patience = kMaxMutant) {
  constexpr std::size_t kManyBad = 20;
  Outcome outcome;
  const auto note = [&](std::uint64_t number, const std::string& what) {
    if (outcome.bad.empty()) outcome.first_bad = number;
    outcome.bad.push_back("mutant " + std::to_string(number) + ": " + what +
                          "; to repeat: " SIMDB_MUTANT_WORKER " " + std::to_string(seed) + " " +
                          std::to_string(number) + " " + std::to_string(number + 1));
  };
  while (first < end && outcome.bad.size() < kManyBad) {
    std::vector<std::string> command = {SIMDB_MUTANT_WORKER, std::to_string(seed),
                                        std::to_string(first), std::to_string(end)};
    command.insert(command.end(), asked.begin(), asked.end());
    asked.clear();
    Process worker(command);
    std::uint64_t current = first;
    bool done = false;
    bool started = false;
    while (const auto line = worker.read_line(started ? patience : kMaxStart)) {
      started = true;
      std::istringstream words(*line);
      std::string word;
      words >> word;
      if (word == "done") {
        std::uint64_t decoded = 0;
        std::uint64_t refused = 0;
        std::uint64_t peak = 0;
        words >> decoded >> refused >> peak;
        outcome.decoded += decoded;
        outcome.refused += refused;
        outcome.peak_bytes = std::max(outcome.peak_bytes, peak);
        done = true;
      } else if (word == "wrong") {
        note(current, *line);
      } else {
        current = std::strtoull(word.c_str(), nullptr, 10);
      }
    }
    if (done) break;
    const bool hung = !worker.output_ended();
    hung ? ++outcome.hangs : ++outcome.crashes;
    note(current, hung ? "it hung" : "it crashed");
    first = current + 1;
  }
  return outcome;
}

TEST(MutantsTest, NoneCrashesHangsOrIsBelieved) {
  const std::uint64_t seed = fault_run().seed % 1'000'000'000;
  const std::uint64_t mutants = amount(300, 10000, 100000);
  // In parts, so that memory is measured more than once, and progress is seen.
  const std::uint64_t part = std::max<std::uint64_t>(mutants / 10, 100);
  Outcome all;
  for (std::uint64_t first = 0; first < mutants; first += part) {
    const Outcome some = run_mutants(seed, first, std::min(first + part, mutants));
    all.decoded += some.decoded;
    all.refused += some.refused;
    all.peak_bytes = std::max(all.peak_bytes, some.peak_bytes);
    for (const std::string& bad : some.bad) ADD_FAILURE() << bad;
    if (HasFailure()) return;
    std::printf("%lu mutants: %lu decoded, %lu refused, %lu MB at most\n", first + part,
                all.decoded, all.refused, all.peak_bytes / 1'000'000);
    std::fflush(stdout);
  }
  EXPECT_EQ(all.decoded + all.refused, mutants);
  EXPECT_GT(all.decoded, mutants / 20) << "most never came as far as a decoder";
  EXPECT_GT(all.refused, mutants / 20) << "most are not damaged";
  if (kMeasures) {
    EXPECT_LE(all.peak_bytes, kMaxMemory);
  }

  // A worker that is told to go wrong must be noticed, and the mutant named.
  const Outcome crash = run_mutants(seed, 0, 60, {"crash", "17"});
  EXPECT_EQ(crash.crashes, 1U);
  EXPECT_EQ(crash.first_bad, 17U);
  EXPECT_EQ(crash.decoded + crash.refused, 60U - 18) << "it did not go on behind the crash";
  const Outcome hang = run_mutants(seed, 0, 30, {"hang", "11"}, std::chrono::seconds(6));
  EXPECT_EQ(hang.hangs, 1U);
  EXPECT_EQ(hang.first_bad, 11U);
  const Outcome wrong = run_mutants(seed, 0, 30, {"wrong", "7"});
  EXPECT_EQ(wrong.bad.size(), 1U);
  EXPECT_EQ(wrong.first_bad, 7U);
  if (HasFailure()) return;
  record({"F10", grouped(mutants) + " damaged images",
          grouped(all.decoded) + " decoded, " + grouped(all.refused) +
              " refused, 0 crashes, 0 hangs, " + std::to_string(all.peak_bytes / 1'000'000) +
              " MB at most",
          "a crash, a hang and a wrong picture on purpose: noticed"});
}

}  // namespace
}  // namespace simdb::test
