#include "encoder/training/time_plan.h"

#include <gtest/gtest.h>

namespace simdb::training {
namespace {

TEST(TimePlanTest, AtMostSixtyJudgements) {
  EXPECT_EQ(judge_every(1), 1);
  EXPECT_EQ(judge_every(60), 1);
  EXPECT_EQ(judge_every(61), 2);
  EXPECT_EQ(judge_every(600), 10);
}

TEST(TimePlanTest, StepsAndJudgementsTakeTime) {
  EXPECT_DOUBLE_EQ(expected_seconds({10, 20}, {0.1, 1}), 20 + 10);
  EXPECT_DOUBLE_EQ(expected_seconds({120, 10}, {0.1, 1}), 120 + 60);
}

TEST(TimePlanTest, TheLongestTrainingThatFitsIsChosen) {
  const Pace pace = {0.1, 1};
  for (const double seconds : {9.0, 30.0, 100.0, 1000.0}) {
    const TrainLength length = fit_length({1'000'000, 10}, pace, seconds);
    EXPECT_EQ(length.steps_an_epoch, 10);
    EXPECT_LE(expected_seconds(length, pace), seconds);
    EXPECT_GT(expected_seconds({length.epochs + judge_every(length.epochs), 10}, pace),
              seconds - 2 * pace.judgement);
  }
  EXPECT_EQ(fit_length({7, 10}, pace, 1000), (TrainLength{7, 10}));
}

TEST(TimePlanTest, EpochsBecomeShorterWhereFewFit) {
  const Pace pace = {0.1, 1};
  // An epoch of 1,000 steps takes 101 s.
  EXPECT_EQ(fit_length({100, 1000}, pace, 60), (TrainLength{4, 140}));
  EXPECT_EQ(fit_length({1, 1000}, pace, 60), (TrainLength{1, 590}));
  EXPECT_EQ(fit_length({100, 1000}, pace, 3.5), (TrainLength{3, 1}));
  EXPECT_EQ(fit_length({100, 1000}, pace, 0.01), (TrainLength{1, 1}));
}

}  // namespace
}  // namespace simdb::training
