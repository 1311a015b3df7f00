#include "encoder/training/optimizer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <vector>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

class OptimizerTest : public ::testing::TestWithParam<OptimizerKind> {};

TrainOptions options_for(OptimizerKind kind) {
  TrainOptions options;
  options.optimizer = kind;
  options.learning_rate = 0.01;
  options.warmup = 0;
  return options;
}

/// The distance of a matrix and a vector to a target.
struct Problem {
  torch::Tensor matrix = torch::zeros({4, 4}).set_requires_grad(true);
  torch::Tensor vector = torch::zeros({4}).set_requires_grad(true);

  torch::Tensor loss() const { return ((matrix - 1).pow(2).sum() + (vector - 1).pow(2).sum()); }
};

TEST_P(OptimizerTest, LowersTheLossAndItsStepsFallToZero) {
  const Problem problem;
  constexpr int kSteps = 50;
  Optimizer optimizer({problem.matrix, problem.vector}, {}, options_for(GetParam()), kSteps);
  const float before = problem.loss().item<float>();
  float first_move = 0;
  float last_move = 0;
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor was = problem.matrix.detach().clone();
    optimizer.step(problem.loss());
    last_move = (problem.matrix - was).abs().max().item<float>();
    if (i == 0) first_move = last_move;
  }
  EXPECT_LT(problem.loss().item<float>(), before * 0.7);
  EXPECT_NEAR(first_move, 0.01F, 0.001F);
  EXPECT_LT(last_move, first_move / 100);
  EXPECT_EQ(optimizer.steps_done(), kSteps);
}

TEST_P(OptimizerTest, ProxiesLearnFaster) {
  const Problem problem;
  Optimizer optimizer({problem.matrix}, {problem.vector}, options_for(GetParam()), 50);
  optimizer.step(problem.loss());
  EXPECT_NEAR(problem.vector.max().item<float>(), 0.1F, 0.01F);
}

TEST_P(OptimizerTest, LargeGradientsAreClipped) {
  // Adam does not care for the size of gradients, but its memory does.
  const Problem problem;
  TrainOptions options = options_for(GetParam());
  options.clip_norm = 1;
  Optimizer optimizer({problem.matrix, problem.vector}, {}, options, 50);
  optimizer.step(problem.loss() * 1e6);
  double squared = 0;
  const auto moments = optimizer.moments();
  for (std::size_t i = 0; i < moments.size(); i += 2) {
    squared += (moments[i] / 0.1).pow(2).sum().item<double>();
  }
  EXPECT_NEAR(squared, 1, 1e-3);
}

TEST_P(OptimizerTest, GoesOnFromItsMomentsBitForBit) {
  const Problem whole;
  Optimizer first({whole.matrix, whole.vector}, {}, options_for(GetParam()), 20);
  for (int i = 0; i < 7; ++i) first.step(whole.loss());

  Problem resumed;
  resumed.matrix = whole.matrix.detach().clone().set_requires_grad(true);
  resumed.vector = whole.vector.detach().clone().set_requires_grad(true);
  Optimizer second({resumed.matrix, resumed.vector}, {}, options_for(GetParam()), 20);
  std::vector<torch::Tensor> moments;
  for (const auto& moment : first.moments()) moments.push_back(moment.clone());
  second.restore(first.steps_done(), moments);
  for (int i = 0; i < 7; ++i) {
    first.step(whole.loss());
    second.step(resumed.loss());
  }
  EXPECT_TRUE(resumed.matrix.equal(whole.matrix));
  EXPECT_TRUE(resumed.vector.equal(whole.vector));
}

TEST_P(OptimizerTest, ForeignMomentsAreRefused) {
  const Problem problem;
  Optimizer optimizer({problem.matrix, problem.vector}, {}, options_for(GetParam()), 20);
  EXPECT_EQ(test::code_of([&] { optimizer.restore(3, {torch::zeros({1})}); }),
            ErrorCode::kBadInput);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OptimizerTest,
                         ::testing::Values(OptimizerKind::kAdam, OptimizerKind::kAdamW),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

}  // namespace
}  // namespace simdb::training
