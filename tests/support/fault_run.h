#pragma once

#include <cstdint>
#include <string>

namespace simdb::test {

/// How much a fault test does.
enum class Amount {
  kShort,  ///< under sanitizers
  kCi,     ///< with every change
  kFull,   ///< before a release: the numbers that docs/reliability.md promises
};

/// The arguments of a fault test's program:
///   --seed N                  repeats a run (default: random; printed)
///   --amount short|ci|full    see Amount (default: ci)
///   --table FOLDER            where record() writes (default: nowhere)
struct FaultRun {
  std::uint64_t seed = 0;
  Amount amount = Amount::kCi;
  std::string table;
};

/// What this process was asked for. Set by fault_main.cpp before any test runs.
const FaultRun& fault_run();
/// Takes its arguments out of `argc` and `argv`; false, with a message on stderr, if one is wrong.
bool parse_fault_run(int& argc, char** argv);

/// The number that belongs to this run's amount.
std::uint64_t amount(std::uint64_t in_short, std::uint64_t in_ci, std::uint64_t in_full);

/// A line of the table in docs/reliability.md, of which scripts/test.sh prints the newest.
struct FaultLine {
  std::string id;       ///< "F2"
  std::string done;     ///< "1,000 power losses"
  std::string found;    ///< "25,159 acknowledged records, 0 lost"
  std::string control;  ///< what the test saw when it had to fail; empty if there is none
};
/// Writes a line where the run wants it. A test calls it when it has succeeded.
void record(const FaultLine& line);

/// 12345 -> "12,345".
std::string grouped(std::uint64_t number);

}  // namespace simdb::test
