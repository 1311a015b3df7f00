#include "encoder/training/losses/pair_losses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/encoder/training/loss_batches.h"

namespace simdb::training {
namespace {

using test::circle;
using test::CircleBatch;
using test::random_batch;

/// Half the mean of `cost` over the positive pairs plus half the mean over the negative ones.
double half_and_half(const CircleBatch& batch,
                     const std::function<double(int a, int b, double y)>& cost) {
  double sums[2] = {};
  int counts[2] = {};
  for (int a = 0; a < batch.size(); ++a) {
    for (int b = 0; b < batch.size(); ++b) {
      if (!batch.is_positive(a, b) && !batch.is_negative(a, b)) continue;
      const int y = batch.is_positive(a, b) ? 1 : 0;
      sums[y] += cost(a, b, y);
      ++counts[y];
    }
  }
  return (sums[0] / counts[0] + sums[1] / counts[1]) / 2;
}

TEST(PairLossesTest, ContrastiveAgreesWithLoops) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const CircleBatch batch = random_batch(seed);
    for (const double margin : {0.3, 1.0}) {
      const double expected = half_and_half(batch, [&](int a, int b, double y) {
        const double d = batch.d(a, b);
        return y * d * d + (1 - y) * std::pow(std::max(margin - d, 0.0), 2);
      });
      const torch::Tensor loss = contrastive_loss(circle(batch.degrees), batch.pairs(), margin);
      EXPECT_NEAR(loss.item<double>(), expected, 1e-6);
    }
  }
}

TEST(PairLossesTest, PairAgreesWithLoops) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const CircleBatch batch = random_batch(seed);
    const double expected = half_and_half(
        batch, [&](int a, int b, double y) { return std::pow(batch.s(a, b) - y, 2); });
    EXPECT_NEAR(pair_loss(circle(batch.degrees), batch.pairs()).item<double>(), expected, 1e-9);
  }
}

TEST(PairLossesTest, AtChosenAngles) {
  // One positive pair 60 degrees apart (s = 1/2, d = 1), both at 90 degrees from one negative.
  const torch::Tensor rows = torch::tensor(
      {{1.0, 0.0, 0.0}, {0.5, std::sqrt(0.75), 0.0}, {0.0, 0.0, 1.0}}, torch::kDouble);
  const PairMasks pairs = make_pair_masks({0, 0, 1}, {0, 0, 0});
  EXPECT_NEAR(pair_loss(rows, pairs).item<double>(), 0.25 / 2, 1e-12);
  EXPECT_NEAR(contrastive_loss(rows, pairs, 1).item<double>(), 1.0 / 2, 1e-12);
}

}  // namespace
}  // namespace simdb::training
