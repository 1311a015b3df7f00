// Memory runs out: a limit on the process, and the n-th allocation of the thread that works. The
// process may end with an error or by force (RocksDB's own threads can't catch it); the database
// must be whole, and it must not hang.
#include <gtest/gtest.h>

#include "tests/faults/victim.h"
#include "tests/support/fault_run.h"
#include "tests/support/run_process.h"

namespace simdb::test {
namespace {

struct Report {
  std::uint64_t runs = 0;
  std::uint64_t done = 0;
  std::uint64_t refused = 0;
  std::uint64_t forced = 0;  // a signal
};

class MemoryTest : public testing::Test {
 protected:
  void starve(std::uint64_t bytes, std::uint64_t failing_allocation) {
    const std::uint64_t seed = fault_run().seed + report.runs;
    const std::string name =
        bytes > 0 ? grouped(bytes) + " bytes" : "allocation " + grouped(failing_allocation);
    const ProcessResult result =
        run_process({SIMDB_KILL_WORKER, "starve", victim.path().string(), std::to_string(seed),
                     std::to_string(1'000'000 * (report.runs + 1)), std::to_string(bytes),
                     std::to_string(failing_allocation)},
                    {.timeout = std::chrono::seconds(20)});
    ++report.runs;
    ASSERT_GE(result.code, 0) << name << ": it hung";
    std::istringstream lines(result.out);
    bool done = false;
    for (std::string line; std::getline(lines, line);) {
      hear(victim.expected, line);
      done = done || line == "done";
    }
    if (result.code >= 128) {  // also after its work, by a thread of RocksDB
      ++report.forced;
    } else if (result.code == 0) {
      EXPECT_TRUE(done) << name << ": " << result.err;
      ++report.done;
    } else {
      ++report.refused;
      EXPECT_NE(result.err, "") << name;
    }
    ASSERT_EQ(victim.look(), "") << name << ": " << result.err;
  }

  Victim victim;
  Report report;
};

TEST_F(MemoryTest, TheDatabaseStaysWhole) {
  const std::uint64_t steps = amount(10, 60, 100);
  for (std::uint64_t i = 0; i < steps && !HasFatalFailure(); ++i) {
    starve((std::uint64_t{64} << 20) * (i + 1) / steps, 0);
  }
  const std::uint64_t limits = report.runs;
  const std::uint64_t stride = amount(100, 15, 1);
  for (std::uint64_t n = 1 + fault_run().seed % stride; n <= 2000 && !HasFatalFailure();
       n += stride) {
    starve(0, n);
  }
  EXPECT_GT(report.refused, report.runs / 10) << "memory never ran out";

  // The control: the process says that more is stored than is.
  hear(victim.expected, "add 777000000 1");
  hear(victim.expected, "added 999999");
  EXPECT_NE(victim.look(), "") << "a loss would not be noticed";
  if (HasFailure()) return;
  record({"F15",
          grouped(limits) + " limits of memory, " + grouped(report.runs - limits) +
              " failing allocations",
          grouped(report.done) + " went through, " + grouped(report.refused) + " errors, " +
              grouped(report.forced) + " ended by force; 0 lost, 0 hung",
          "an acknowledged item that is not there: noticed"});
}

}  // namespace
}  // namespace simdb::test
