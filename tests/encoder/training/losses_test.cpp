#include "encoder/training/losses.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

torch::Tensor circle(const std::vector<float>& degrees) {
  const torch::Tensor angle = torch::tensor(degrees) * (M_PI / 180);
  return torch::stack({angle.cos(), angle.sin()}, 1);
}

/// Distance of two points of the unit circle.
double chord(double degrees) { return 2 * std::sin(degrees * M_PI / 360); }

Triplets triplets_of(std::vector<std::int64_t> a, std::vector<std::int64_t> p,
                     std::vector<std::int64_t> n) {
  return {torch::tensor(a), torch::tensor(p), torch::tensor(n)};
}

TEST(LossesTest, DistancesAreChords) {
  const torch::Tensor distances = pairwise_distances(circle({0, 30, 180}));
  EXPECT_NEAR(distances[0][1].item<double>(), chord(30), 1e-4);
  EXPECT_NEAR(distances[1][2].item<double>(), chord(150), 1e-4);
  EXPECT_NEAR(distances[0][2].item<double>(), 2, 1e-4);
  EXPECT_NEAR(distances[1][1].item<double>(), 0, 1e-3);
}

TEST(LossesTest, EqualRowsHaveAFiniteGradient) {
  torch::Tensor rows = circle({10, 10, 50}).set_requires_grad(true);
  pairwise_distances(rows).sum().backward();
  EXPECT_TRUE(torch::isfinite(rows.grad()).all().item<bool>());
}

TEST(LossesTest, TripletLossIsTheMeanOfWhatViolatesTheMargin) {
  const torch::Tensor distances = pairwise_distances(circle({0, 20, 30, 90}));
  // (0,1,2) violates the margin, (0,1,3) does not, (0,2,1) has its negative nearer than its
  // positive.
  const Triplets triplets = triplets_of({0, 0, 0}, {1, 1, 2}, {2, 3, 1});
  const double first = chord(20) - chord(30) + 0.5;
  const double third = chord(30) - chord(20) + 0.5;
  EXPECT_NEAR(triplet_loss(distances, triplets, 0.5).item<double>(), (first + third) / 2, 1e-4);
}

TEST(LossesTest, NoViolationCostsNothing) {
  const torch::Tensor distances = pairwise_distances(circle({0, 5, 170}));
  EXPECT_EQ(triplet_loss(distances, triplets_of({0}, {1}, {2}), 0.5).item<float>(), 0);
  EXPECT_EQ(triplet_loss(distances, triplets_of({}, {}, {}), 0.5).item<float>(), 0);
}

TEST(LossesTest, ACollapsedEmbeddingCostsTheMargin) {
  const torch::Tensor rows = circle({40, 40, 40, 40});
  const PairMasks pairs = make_pair_masks({0, 0, 1, 1}, {0, 0, 0, 0});
  for (const MinerKind miner : {MinerKind::kSemiHard, MinerKind::kBatchHard}) {
    TrainOptions options;
    options.miner = miner;
    options.margin = 0.7;
    EXPECT_NEAR(loss_function(LossKind::kTriplet)(rows, pairs, options).item<double>(), 0.7, 1e-3);
  }
}

TEST(LossesTest, FollowingTheGradientLowersTheLoss) {
  torch::Tensor rows = circle({0, 40, 20, 60}).set_requires_grad(true);
  const PairMasks pairs = make_pair_masks({0, 0, 1, 1}, {0, 0, 0, 0});
  const Loss loss = loss_function(LossKind::kTriplet);
  const torch::Tensor before = loss(rows, pairs, TrainOptions());
  before.backward();
  torch::Tensor moved = (rows - 0.05 * rows.grad()).detach();
  moved = moved / moved.norm(2, 1, true);
  EXPECT_LT(loss(moved, pairs, TrainOptions()).item<float>(), before.item<float>());
}

TEST(LossesTest, AnUnknownLossIsRefused) {
  EXPECT_EQ(test::code_of([] { loss_function(static_cast<LossKind>(99)); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
