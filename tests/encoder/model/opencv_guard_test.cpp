#include <gtest/gtest.h>

#include <new>

#include "encoder/opencv_internal.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

TEST(OpencvGuardTest, OpencvsFailuresAreErrorsOfOneLine) {
  const Error error = test::error_of([] {
    guard_opencv(ErrorCode::kBadInput, "read it",
                 [] { throw cv::Exception(cv::Error::StsBadArg, "a\n> b", "f", "x.cpp", 1); });
  });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_STREQ(error.what(), "can't read it: a b");
}

TEST(OpencvGuardTest, LackOfMemorySaysNothingOfTheImage) {
  const auto run = [](const auto& work) { guard_opencv(ErrorCode::kBadInput, "read it", work); };
  EXPECT_THROW(run([] { throw cv::Exception(cv::Error::StsNoMem, "no", "f", "x.cpp", 1); }),
               std::bad_alloc);
  EXPECT_THROW(run([] { throw std::bad_alloc(); }), std::bad_alloc);
}

}  // namespace
}  // namespace simdb
