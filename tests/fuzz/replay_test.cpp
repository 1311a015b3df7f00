// F19 without a fuzzer: what fuzzers found worth keeping (tests/fuzz/corpus), and blind mutants of
// it, through every parser.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "tests/fuzz/fuzz_support.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/support/fault_run.h"

namespace simdb::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecondsAnInput = 10;

struct Input {
  std::string name;
  std::string bytes;
};

// Throws if there is nothing to replay: a test that reads nothing must not succeed.
std::vector<Input> read_corpus(const fs::path& folder) {
  std::vector<Input> inputs;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      inputs.push_back({entry.path().string(), {std::istreambuf_iterator<char>(file), {}}});
    }
  }
  if (inputs.empty()) throw std::runtime_error("no corpus in " + folder.string());
  std::ranges::sort(inputs, {}, &Input::name);
  return inputs;
}

// Which input it was, for the handler of the signal that ends the process.
char g_current[4096];

extern "C" void tell_input(int signal) {
  static constexpr char kText[] = "\nended by a signal, or out of time, at the input ";
  // Nothing can be done about a failure here.
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
  written = ::write(STDERR_FILENO, g_current, ::strnlen(g_current, sizeof g_current));
  written = ::write(STDERR_FILENO, "\n", 1);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void run(const Target& target, const Input& input) {
  std::snprintf(g_current, sizeof g_current, "%s (target %s)", input.name.c_str(),
                target.name.c_str());
  ::alarm(kSecondsAnInput);
  // A copy on the heap, where a sanitizer knows its bounds.
  const std::vector<std::uint8_t> bytes(input.bytes.begin(), input.bytes.end());
  try {
    target.run(bytes.data(), bytes.size());
  } catch (const std::exception& e) {
    ADD_FAILURE() << g_current << ": " << e.what() << " leaves the parser";
  }
  ::alarm(0);
}

std::string mutant_of(const std::string& bytes, std::mt19937_64& random) {
  std::string mutant = bytes;
  for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
    const std::size_t at = mutant.empty() ? 0 : random() % mutant.size();
    switch (random() % 5) {
      case 0:
        mutant.resize(at);
        break;
      case 1:
        mutant.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        mutant.erase(at, random() % 8);
        break;
      case 3:
        mutant.insert(at, bytes, 0, random() % 64);
        break;
      default:
        if (!mutant.empty()) mutant[at] = static_cast<char>(mutant[at] ^ (1 << random() % 8));
    }
  }
  return mutant;
}

const Target& control() {
  return *std::ranges::find_if(targets(), [](const Target& t) { return t.is_control(); });
}

TEST(Replay, ABrokenPromiseAndAMissingCorpusAreNoticed) {
  const std::string sound = "bug\x02xyz";
  const std::string bad = "bug\xff";
  run(control(), {"sound", sound});
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run(control(), {"bad", bad}), "planted promise");
  const test::TemporaryFolder folder;
  EXPECT_THROW(read_corpus(folder.path()), std::runtime_error);
  EXPECT_THROW(read_corpus(folder / "missing"), std::runtime_error);
}

TEST(Replay, EveryParserKeepsItsPromises) {
  for (const int signal : {SIGABRT, SIGALRM}) ::signal(signal, tell_input);
  std::uint64_t parsers = 0;
  std::uint64_t kept = 0;
  std::uint64_t mutants = 0;
  for (const Target& target : targets()) {
    if (target.is_control()) continue;
    const std::vector<Input> corpus = read_corpus(fs::path(SIMDB_FUZZ_CORPUS) / target.name);
    std::mt19937_64 random(test::fault_run().seed);
    std::printf("%s: %zu inputs\n", target.name.c_str(), corpus.size());
    for (const Input& input : corpus) run(target, input);
    const std::uint64_t wanted = test::amount(200, 5'000, 100'000);
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const Input& input = corpus[random() % corpus.size()];
      run(target,
          {"mutant " + std::to_string(i) + " of " + input.name, mutant_of(input.bytes, random)});
    }
    ++parsers;
    kept += corpus.size();
    mutants += wanted;
  }
  if (HasFailure()) return;
  test::record({"F19",
                std::to_string(parsers) + " parsers, " + test::grouped(kept) +
                    " inputs of the corpora and " + test::grouped(mutants) + " mutants",
                "no crash, only documented errors, every promise kept",
                "a planted broken promise and a missing corpus are noticed"});
}

}  // namespace
}  // namespace simdb::fuzz
