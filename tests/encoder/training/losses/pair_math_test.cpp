#include "encoder/training/losses/pair_math.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/encoder/training/loss_batches.h"

namespace simdb::training {
namespace {

using test::circle;

/// Distance of two points of the unit circle.
double chord(double degrees) { return 2 * std::sin(degrees * M_PI / 360); }

TEST(PairMathTest, DistancesAreChords) {
  const torch::Tensor distances = pairwise_distances(circle({0, 30, 180}, torch::kFloat));
  EXPECT_NEAR(distances[0][1].item<double>(), chord(30), 1e-4);
  EXPECT_NEAR(distances[1][2].item<double>(), chord(150), 1e-4);
  EXPECT_NEAR(distances[0][2].item<double>(), 2, 1e-4);
  EXPECT_NEAR(distances[1][1].item<double>(), 0, 1e-3);
}

TEST(PairMathTest, TheMeanIsThatOfWhatIsAllowed) {
  const torch::Tensor values = torch::tensor({1.0, 2.0, 6.0});
  EXPECT_EQ(mean_where(values, torch::tensor({true, false, true})).item<double>(), 3.5);
  EXPECT_EQ(mean_where(values, torch::tensor({false, false, false})).item<double>(), 0);
}

TEST(PairMathTest, TheLogOfTheSumLeavesOutWhatIsNotAllowed) {
  const torch::Tensor values =
      torch::tensor({{1.0, 2.0, 800.0}, {-900.0, -900.0, 3.0}, {1.0, 2.0, 3.0}})
          .set_requires_grad(true);
  const torch::Tensor allowed = torch::tensor({{1, 1, 0}, {1, 1, 0}, {0, 0, 0}}).to(torch::kBool);
  const torch::Tensor sums = log_sum_exp_where(values, allowed);
  EXPECT_NEAR(sums[0].item<double>(), std::log(std::exp(1) + std::exp(2)), 1e-5);
  EXPECT_NEAR(sums[1].item<double>(), -900 + std::log(2), 1e-4);
  sums.sum().backward();
  EXPECT_TRUE(torch::isfinite(values.grad()).all().item<bool>());
  EXPECT_EQ(values.grad()[0][2].item<double>(), 0);
}

TEST(PairMathTest, CompleteAnchorsHaveBothKindsOfPairs) {
  const PairMasks pairs = make_pair_masks({0, 0, 1, 0, 0, 1, 2}, {0, 0, 0, 1, 1, 2, 2});
  const torch::Tensor expected = torch::tensor({true, true, false, false, false, false, false});
  EXPECT_TRUE(complete_anchors(pairs).equal(expected));
}

}  // namespace
}  // namespace simdb::training
