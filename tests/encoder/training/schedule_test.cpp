#include "encoder/training/schedule.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

TEST(ScheduleTest, CosineWarmsUpAlongALineAndFallsToZero) {
  const auto share = [](int step) {
    return learning_rate_share(ScheduleKind::kCosine, 0.1, step, 1000);
  };
  EXPECT_NEAR(share(0), 1.0 / 101, 1e-9);
  EXPECT_NEAR(share(49), 50.0 / 101, 1e-9);
  EXPECT_EQ(share(100), 1);
  EXPECT_NEAR(share(550), 0.5, 1e-9);
  EXPECT_LT(share(999), 1e-4);
  EXPECT_GT(share(999), 0);
}

TEST(ScheduleTest, WithoutWarmUpItStartsAtTheTop) {
  EXPECT_EQ(learning_rate_share(ScheduleKind::kCosine, 0, 0, 100), 1);
}

TEST(ScheduleTest, OneCycleRisesForThreeTenths) {
  const auto share = [](int step) {
    return learning_rate_share(ScheduleKind::kOneCycle, 0, step, 1000);
  };
  EXPECT_NEAR(share(0), 0.04, 1e-9);
  EXPECT_NEAR(share(150), 0.52, 1e-9);
  EXPECT_NEAR(share(300), 1, 1e-9);
  EXPECT_NEAR(share(650), 0.5, 1e-9);
  EXPECT_LT(share(999), 1e-4);
}

TEST(ScheduleTest, NamesAreReadBack) {
  for (const ScheduleKind kind : {ScheduleKind::kCosine, ScheduleKind::kOneCycle}) {
    EXPECT_EQ(parse_schedule(to_string(kind)), kind);
  }
  EXPECT_EQ(test::code_of([] { parse_schedule("square"); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
