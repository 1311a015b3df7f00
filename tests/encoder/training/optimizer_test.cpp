#include "encoder/training/optimizer.h"

#include <gtest/gtest.h>

namespace simdb::training {
namespace {

class OptimizerTest : public ::testing::TestWithParam<OptimizerKind> {};

TEST_P(OptimizerTest, LowersTheLossAndItsStepsFallToZero) {
  InputSpec input;
  input.width = input.height = 8;
  Network network(input, {.width = 2, .depth = 1, .dimension = 16, .batch_norm = false});
  TrainOptions options;
  options.optimizer = GetParam();
  options.learning_rate = 0.01;
  constexpr int kSteps = 50;
  Optimizer optimizer(network, options, kSteps);
  const torch::Tensor planes = torch::randn({4, 3, 8, 8});
  const torch::Tensor target = torch::eye(16).slice(0, 0, 4);
  const auto loss = [&] { return (network.forward(planes) - target).pow(2).sum(); };
  const float before = loss().item<float>();

  float first_move = 0;
  float last_move = 0;
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor weight = network.dense()->weight.detach().clone();
    optimizer.step(loss());
    last_move = (network.dense()->weight - weight).abs().max().item<float>();
    if (i == 0) first_move = last_move;
  }
  EXPECT_LT(loss().item<float>(), before / 2);
  EXPECT_NEAR(first_move, 0.01F, 0.001F);
  EXPECT_LT(last_move, first_move / 100);
}

TEST_P(OptimizerTest, ChangesWhatIsAddedAsWell) {
  InputSpec input;
  input.width = input.height = 8;
  const Network network(input, {.width = 2, .depth = 1, .dimension = 16, .batch_norm = false});
  TrainOptions options;
  options.optimizer = GetParam();
  options.learning_rate = 0.01;
  Optimizer optimizer(network, options, 50);
  const torch::Tensor extra = torch::ones({3}).set_requires_grad(true);
  optimizer.add({extra});
  optimizer.step(extra.sum());
  EXPECT_LT(extra.max().item<float>(), 0.995F);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OptimizerTest,
                         ::testing::Values(OptimizerKind::kAdam, OptimizerKind::kAdamW),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

}  // namespace
}  // namespace simdb::training
