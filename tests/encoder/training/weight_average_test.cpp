#include "encoder/training/weight_average.h"

#include <gtest/gtest.h>

namespace simdb::training {
namespace {

TEST(WeightAverageTest, FollowsTheStepsAsAMovingAverage) {
  const torch::Tensor weight = torch::zeros({1});
  const torch::Tensor counter = torch::zeros({1}, torch::kInt64);
  WeightAverage average({weight, counter}, 0.5);
  double expected = 0;
  for (int step = 1; step <= 20; ++step) {
    weight.fill_(step);
    counter.fill_(step);
    average.update();
    const double decay = std::min(0.5, step / (step + 9.0));
    expected = decay * expected + (1 - decay) * step;
  }
  EXPECT_NEAR(average.average()[0].item<float>(), expected, 1e-4);
  EXPECT_EQ(average.average()[1].item<std::int64_t>(), 20);
}

TEST(WeightAverageTest, WithoutDecayItIsTheLastState) {
  const torch::Tensor weight = torch::zeros({2});
  WeightAverage average({weight}, 0);
  weight.fill_(3);
  average.update();
  EXPECT_TRUE(average.average()[0].equal(weight));
}

TEST(WeightAverageTest, GoesOnFromWhereAnotherStopped) {
  const torch::Tensor weight = torch::zeros({1});
  WeightAverage whole({weight}, 0.9);
  for (int step = 0; step < 5; ++step) {
    weight.fill_(step);
    whole.update();
  }
  WeightAverage resumed({weight}, 0.9);
  resumed.restore(whole.steps(), {whole.average()[0].clone()});
  weight.fill_(9);
  whole.update();
  resumed.update();
  EXPECT_TRUE(whole.average()[0].equal(resumed.average()[0]));
}

}  // namespace
}  // namespace simdb::training
