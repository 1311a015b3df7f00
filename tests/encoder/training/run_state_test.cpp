#include "encoder/training/run_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

TEST(RunStateTest, ComesBackFromACheckpoint) {
  RunState state;
  state.history = {{1, 0.1, 0.2, 0.3, 0.4, 5.5, true, 0.5},
                   {3, 1.0 / 3, 0, 1, 0.25, 9, false, 0.75}};
  state.best = state.history[0];
  state.best_weights = {torch::randn({2, 3}), torch::tensor(std::int64_t{4})};
  Checkpoint checkpoint;
  save(state, checkpoint);
  const RunState read = load_run_state(decode_checkpoint(encode_checkpoint(checkpoint), "f"));
  ASSERT_EQ(read.history.size(), 2U);
  EXPECT_EQ(read.history[1].loss, 1.0 / 3);
  EXPECT_EQ(read.history[1].epoch, 3);
  EXPECT_EQ(read.history[1].measure, 0.75);
  EXPECT_EQ(read.history[1].steady, 0.625);
  EXPECT_TRUE(read.history[0].best);
  EXPECT_EQ(read.best.map_at_r, 0.3);
  EXPECT_EQ(read.epoch(), 3);
  ASSERT_EQ(read.best_weights.size(), 2U);
  EXPECT_TRUE(read.best_weights[0].equal(state.best_weights[0]));
}

std::vector<EpochReport> judged(const std::vector<double>& measures) {
  std::vector<EpochReport> history;
  for (const double measure : measures) {
    EpochReport report;
    report.epoch = static_cast<int>(history.size()) + 1;
    report.measure = measure;
    history.push_back(report);
    history.back().steady = steady_measure(history);
  }
  return history;
}

TEST(RunStateTest, TheSteadyMeasureIsTheMeanOfThree) {
  EXPECT_EQ(steady_measure({}), 0);
  const auto history = judged({0.25, 0.75, 0.5, 0.25});
  EXPECT_DOUBLE_EQ(history[0].steady, 0.25);
  EXPECT_DOUBLE_EQ(history[1].steady, 0.5);
  EXPECT_DOUBLE_EQ(history[2].steady, 0.5);
  EXPECT_DOUBLE_EQ(history[3].steady, 0.5);
}

TEST(RunStateTest, AGainIsMoreThanChance) {
  EXPECT_EQ(last_gain({}), 0);
  EXPECT_EQ(last_gain(judged({0})), 1);
  EXPECT_EQ(last_gain(judged({0.5, 0.6, 0.6, 0.6, 0.6, 0.6})), 4);
  EXPECT_EQ(last_gain(judged({1, 1, 1, 1})), 3);
  EXPECT_EQ(last_gain(judged({0.9, 0.1, 0.1, 0.1, 0.1, 0.6, 0.6})), 7);
  EXPECT_EQ(last_gain(judged({0.5, 0.5, 0.5, 0.5006, 0.5012, 0.5018, 0.5024})), 6);
}

TEST(RunStateTest, WeightsAreKeptThatAreAsGoodInTheMeanOfThree) {
  EXPECT_TRUE(is_kept(judged({0.9}), 0));
  EXPECT_TRUE(is_kept(judged({0.9, 0.1, 0.1}), 0.5))
      << "a mean of fewer than three decides nothing";
  EXPECT_FALSE(is_kept(judged({0.9, 0.3, 0.3, 0.2}), 0.5));
  EXPECT_TRUE(is_kept(judged({0.9, 0.5, 0.5, 0.5}), 0.5)) << "the later of two that are equal";
}

TEST(RunStateTest, ACheckpointSaysHowLongItsTrainingIs) {
  Checkpoint checkpoint;
  EXPECT_EQ(test::code_of([&] { length_of(checkpoint); }), ErrorCode::kBadInput);
  save_identity({{"epochs-at-most", "37"}, {"epoch-steps", "auto"}}, checkpoint);
  EXPECT_EQ(length_of(checkpoint), (TrainLength{37, 0}));
  save_identity({{"epoch-steps", "12"}}, checkpoint);
  EXPECT_EQ(length_of(checkpoint), (TrainLength{37, 12}));
}

TEST(RunStateTest, ACheckpointWithoutOneIsRefused) {
  EXPECT_EQ(test::code_of([] { load_run_state({}); }), ErrorCode::kBadInput);
}

TEST(RunStateTest, WhatDiffersIsNamedWithBothValues) {
  Checkpoint checkpoint;
  save_identity({{"seed", "1"}, {"loss", "triplet"}}, checkpoint);
  EXPECT_NO_THROW(require_identity({{"seed", "1"}, {"loss", "triplet"}}, checkpoint));
  const Error error =
      test::error_of([&] { require_identity({{"seed", "2"}, {"loss", "triplet"}}, checkpoint); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), ::testing::HasSubstr("seed was '1' and is '2'"));
}

}  // namespace
}  // namespace simdb::training
