#include <gtest/gtest.h>

#include "storage/store_lock_internal.h"
#include "tests/support/process.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

TEST(StoreLockTest, NamesTheHolderAndNobodyElse) {
  const test::TemporaryFolder folder;
  const auto path = folder / "store";
  EXPECT_FALSE(lock_holder(path / "LOCK"));  // no file
  test::make_store(path).reset();
  EXPECT_FALSE(lock_holder(path / "LOCK"));  // no lock
  test::Process holder({SIMDB_STORE_WORKER, "hold", path});
  ASSERT_EQ(holder.read_line(std::chrono::seconds(20)), "ready");
  const auto name = lock_holder(path / "LOCK");
  ASSERT_TRUE(name);
  EXPECT_TRUE(name->starts_with("process " + std::to_string(holder.pid()) + " (")) << *name;
  holder.kill();
  EXPECT_FALSE(lock_holder(path / "LOCK"));
}

}  // namespace
}  // namespace simdb
