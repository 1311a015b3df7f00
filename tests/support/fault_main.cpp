// main() of every fault test's program; see FaultRun for its arguments.
#include <gtest/gtest.h>

#include "tests/support/fault_run.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!simdb::test::parse_fault_run(argc, argv)) return 2;
  return RUN_ALL_TESTS();
}
