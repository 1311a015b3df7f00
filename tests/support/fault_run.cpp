#include "tests/support/fault_run.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>

namespace simdb::test {
namespace {

// Set once, before the tests.
FaultRun g_run;
const auto g_start = std::chrono::steady_clock::now();

bool take(std::string_view name, std::string_view value) {
  if (name == "--seed") {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), g_run.seed);
    return error == std::errc() && end == value.data() + value.size();
  }
  if (name == "--table") {
    g_run.table = value;
    return !value.empty();
  }
  if (value == "short") {
    g_run.amount = Amount::kShort;
  } else if (value == "ci") {
    g_run.amount = Amount::kCi;
  } else if (value == "full") {
    g_run.amount = Amount::kFull;
  } else {
    return false;
  }
  return true;
}

std::string_view name_of(Amount amount) {
  return amount == Amount::kShort ? "short" : amount == Amount::kCi ? "ci" : "full";
}

}  // namespace

const FaultRun& fault_run() { return g_run; }

bool parse_fault_run(int& argc, char** argv) {
  g_run.seed = std::random_device()();
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name != "--seed" && name != "--amount" && name != "--table") {
      argv[kept++] = argv[i];
      continue;
    }
    if (i + 1 == argc || !take(name, argv[i + 1])) {
      std::fprintf(stderr,
                   "%s: bad or missing value of %s; usage: [--seed N] [--amount short|ci|full] "
                   "[--table FOLDER] [GoogleTest's arguments]\n",
                   argv[0], argv[i]);
      return false;
    }
    ++i;
  }
  argc = kept;
  std::printf("seed %llu; to repeat: %s --seed %llu --amount %s\n",
              static_cast<unsigned long long>(g_run.seed), argv[0],
              static_cast<unsigned long long>(g_run.seed), name_of(g_run.amount).data());
  std::fflush(stdout);
  return true;
}

std::uint64_t amount(std::uint64_t in_short, std::uint64_t in_ci, std::uint64_t in_full) {
  return g_run.amount == Amount::kShort ? in_short : g_run.amount == Amount::kCi ? in_ci : in_full;
}

void record(const FaultLine& line) {
  const auto elapsed = std::chrono::steady_clock::now() - g_start;
  const long seconds =
      static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
  const std::string text = line.id + " | " + line.done + " | " + line.found + " | " + line.control +
                           " | " + std::string(name_of(g_run.amount)) + " | " +
                           std::to_string(seconds) + " s | seed " + std::to_string(g_run.seed);
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
  if (g_run.table.empty()) return;
  std::filesystem::create_directories(g_run.table);
  std::ofstream(std::filesystem::path(g_run.table) /
                (line.id + "." + std::string(name_of(g_run.amount))))
      << text << '\n';
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

}  // namespace simdb::test
