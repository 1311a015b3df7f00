#include "cli/train/duration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

TEST(DurationTest, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("--t", "90s"), 90);
  EXPECT_EQ(parse_duration("--t", "3m"), 180);
  EXPECT_EQ(parse_duration("--t", "2h"), 7200);
  EXPECT_EQ(parse_duration("--t", "1.5h"), 5400);
  EXPECT_EQ(parse_duration("--t", "1h30m"), 5400);
  EXPECT_EQ(parse_duration("--t", "1h0m5s"), 3605);
  EXPECT_EQ(parse_duration("--t", "3"), 180);
  EXPECT_EQ(parse_duration("--t", "0.5"), 30);
}

TEST(DurationTest, RefusesTheRestWithExamples) {
  for (const char* text : {"", "s", "soon", "3x", "-3m", "0", "0s", "0.5s", "30m1h", "3m3m", "1h30",
                           "3 m", "3m ", "nan", "inf", "1e9h", "99999h"}) {
    const Error error = test::error_of([&] { parse_duration("--time-limit", text); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage) << text;
    EXPECT_THAT(error.what(), ::testing::HasSubstr("--time-limit")) << text;
    EXPECT_THAT(error.what(), ::testing::HasSubstr("90s, 3m")) << text;
  }
}

TEST(DurationTest, SaysItShortly) {
  EXPECT_EQ(format_duration(0.4), "0 s");
  EXPECT_EQ(format_duration(89), "89 s");
  EXPECT_EQ(format_duration(180), "3 min");
  EXPECT_EQ(format_duration(7200), "2 h");
  EXPECT_EQ(format_duration(7500), "2 h 5 min");
}

}  // namespace
}  // namespace simdb::cli
