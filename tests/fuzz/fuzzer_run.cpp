#include "tests/fuzz/fuzzer_run.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>

#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb::fuzz {
namespace {

namespace fs = std::filesystem;

// An input that takes longer, or more memory, is a finding.
constexpr const char* kTimeout = "-timeout=10";
constexpr const char* kMemory = "-rss_limit_mb=1024";
constexpr const char* kLongest = "-max_len=16384";

constexpr std::size_t kLogTail = 6000;

// The last number behind `label` in the fuzzer's log; 0 if there is none.
std::uint64_t number_behind(const std::string& log, const std::string& label) {
  std::uint64_t number = 0;
  const std::regex pattern(label + " *([0-9]+)");
  for (std::sregex_iterator at(log.begin(), log.end(), pattern), end; at != end; ++at) {
    number = std::stoull((*at)[1]);
  }
  return number;
}

std::string run_tool(const std::vector<std::string>& command,
                     const test::ProcessOptions& options = {}) {
  const test::ProcessResult result = test::run_process(command, options);
  if (result.code != 0) {
    throw std::runtime_error(command[0] + " ended with " + std::to_string(result.code) + ": " +
                             result.err.substr(0, kLogTail));
  }
  return result.out;
}

}  // namespace

FuzzerReport run_fuzzer(const Target& target, const fs::path& corpus, const FuzzerLimits& limits) {
  const test::TemporaryFolder found;  // where the fuzzer keeps what reached something new
  const fs::path dictionary =
      fs::path(SIMDB_FUZZ_CORPUS).parent_path() / "dictionaries" / (target.name + ".dict");
  fs::create_directories(SIMDB_FUZZ_FINDINGS);
  std::vector<std::string> command = {
      target.program,
      "-runs=" + std::to_string(limits.runs),
      "-max_total_time=" + std::to_string(limits.seconds),
      "-seed=" + std::to_string(limits.seed % 0xFFFFFFFF + 1),
      "-artifact_prefix=" SIMDB_FUZZ_FINDINGS "/" + target.name + "-",
      "-print_final_stats=1",
      kTimeout,
      kMemory,
      kLongest};
  if (fs::exists(dictionary)) command.push_back("-dict=" + dictionary.string());
  command.insert(command.end(), {found.path().string(), corpus.string()});
  const auto start = std::chrono::steady_clock::now();
  const test::ProcessResult result = test::run_process(
      command, {.environment = {{"LLVM_PROFILE_FILE", "/dev/null"},
                                {"ASAN_OPTIONS", "quarantine_size_mb=16"}},  // faster
                .timeout = std::chrono::seconds(limits.seconds + 60)});
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  FuzzerReport report;
  report.clean = result.code == 0;
  report.runs = number_behind(result.err, "stat::number_of_executed_units:");
  report.edges = number_behind(result.err, " cov:");
  report.seconds = elapsed.count();
  report.log = result.err.substr(result.err.size() - std::min(result.err.size(), kLogTail));
  return report;
}

std::vector<LineCoverage> measure_coverage(const Target& target, const fs::path& corpus) {
  const test::TemporaryFolder folder;
  const std::string raw = (folder / "raw").string();
  const std::string merged = (folder / "merged").string();
  run_tool({target.program, "-runs=0", kLongest, corpus.string()},
           {.environment = {{"LLVM_PROFILE_FILE", raw}}, .timeout = std::chrono::seconds(120)});
  run_tool({SIMDB_LLVM_PROFDATA, "merge", "-sparse", raw, "-o", merged});
  std::vector<std::string> command = {SIMDB_LLVM_COV, "export", "-summary-only",
                                      "-instr-profile=" + merged, target.program};
  for (const std::string& file : target.covers) {
    command.push_back((fs::path(SIMDB_SOURCES) / file).string());
  }
  std::vector<LineCoverage> coverage;
  const auto summary = nlohmann::json::parse(run_tool(command));
  for (const auto& file : summary.at("data").at(0).at("files")) {
    const auto& lines = file.at("summary").at("lines");
    coverage.push_back({fs::relative(file.at("filename").get<std::string>(), SIMDB_SOURCES),
                        lines.at("count"), lines.at("covered")});
  }
  return coverage;
}

}  // namespace simdb::fuzz
