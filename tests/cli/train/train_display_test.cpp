#include "cli/train/train_display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

namespace simdb::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const training::EpochReport kReport = {.epoch = 2,
                                       .loss = 0.25,
                                       .recall_at_1 = 0.985,
                                       .map_at_r = 0.9,
                                       .seconds = 4,
                                       .best = true,
                                       .steady = 0.875,
                                       .stops_at = 12};

TEST(TrainDisplayTest, WithoutATerminalEveryEpochIsALine) {
  std::ostringstream err;
  TrainDisplay display(err, false);
  display.reading(1, 10);
  display.step(1, 10);
  display.epoch(kReport, 30);
  display.finish();
  EXPECT_EQ(
      err.str(),
      "epoch 2/30: loss 0.2500, recall@1 98.5 %, MAP@R 90.0 %, mean of 3 87.5 %: kept; 4.0 s, "
      "at most 56 s left, ends after epoch 12 without a gain\n");
}

TEST(TrainDisplayTest, TheFirstStepsTellHowLongItTakes) {
  std::ostringstream err;
  TrainDisplay display(err, false);
  for (std::size_t i = 1; i <= 10; ++i) display.step(i, 1000);
  EXPECT_EQ(err.str(), "training takes at most 0 s, judging by the first 3 of 1000 steps\n");
}

TEST(TrainDisplayTest, OnATerminalABarIsDrawnOver) {
  std::ostringstream err;
  TrainDisplay display(err, true);
  display.epoch(kReport, 30);
  display.step(1, 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  display.step(5, 10);
  EXPECT_THAT(err.str(),
              AllOf(HasSubstr("50%"), HasSubstr("loss 0.250"), HasSubstr("87.5 %"),
                    HasSubstr("after epoch 12"), HasSubstr("left"), Not(HasSubstr("\n"))));
  display.note("warning: something");
  EXPECT_THAT(err.str(), HasSubstr("\r\x1b[Kwarning: something\n"));
}

}  // namespace
}  // namespace simdb::cli
