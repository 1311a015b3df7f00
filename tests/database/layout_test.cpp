#include "database/layout.h"

#include <gtest/gtest.h>

#include "core/file_io.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

TEST(LayoutTest, NamesAreFixed) { EXPECT_EQ(store_path("/a/b"), "/a/b/store"); }

TEST(LayoutTest, CountsTheBytesOfAllFiles) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(disk_bytes(folder.path()), 0U);
  EXPECT_EQ(disk_bytes(folder / "missing"), 0U);
  write_file_atomic(folder / "a", std::string(1000, 'x'));
  std::filesystem::create_directories(folder / "sub" / "sub");
  write_file_atomic(folder / "sub" / "sub" / "b", std::string(234, 'x'));
  EXPECT_EQ(disk_bytes(folder.path()), 1234U);
}

}  // namespace
}  // namespace simdb
