#include "cli/file_failures.h"

#include <gtest/gtest.h>

#include <vector>

namespace simdb::cli {
namespace {

TEST(ExitCode, IsTheFilesOwnIfItWasTheOnlyOne) {
  const std::vector<ImageFailure> missing = {{0, ErrorCode::kNotFound, "gone"}};
  EXPECT_EQ(exit_code({}, 5), 0);
  EXPECT_EQ(exit_code(missing, 1), 3);
  EXPECT_EQ(exit_code(missing, 5), 4);
}

TEST(ExitCode, TellsThatTheSystemRefusedOneOfMany) {
  const std::vector<ImageFailure> failures = {{0, ErrorCode::kBadInput, "damaged"},
                                              {3, ErrorCode::kIo, "too many open files"}};
  EXPECT_EQ(exit_code(failures, 5), 6);
}

}  // namespace
}  // namespace simdb::cli
