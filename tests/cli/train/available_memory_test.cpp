#include "cli/train/available_memory.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace simdb::cli {
namespace {

TEST(AvailableMemoryTest, IsWhatAMachineMayHave) {
  if (!std::filesystem::exists("/proc/meminfo")) GTEST_SKIP() << "not told by this system";
  const auto bytes = available_memory();
  ASSERT_TRUE(bytes);
  EXPECT_GT(*bytes, std::uint64_t{10} << 20);
  EXPECT_LT(*bytes, std::uint64_t{1} << 50);
}

TEST(AvailableMemoryTest, IsSaidShortly) {
  EXPECT_EQ(format_memory(300'000'000), "300 MB");
  EXPECT_EQ(format_memory(1'540'000'000), "1.5 GB");
}

}  // namespace
}  // namespace simdb::cli
