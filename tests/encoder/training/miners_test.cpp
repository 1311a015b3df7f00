#include "encoder/training/miners.h"

#include <gtest/gtest.h>

#include <tuple>

#include "encoder/training/losses/pair_math.h"
#include "tests/encoder/training/loss_batches.h"

namespace simdb::training {
namespace {

using test::circle;
using test::CircleBatch;
using test::random_batch;

using Triplet = std::tuple<int, int, int>;

std::vector<Triplet> to_list(const Triplets& triplets) {
  std::vector<Triplet> list;
  for (std::int64_t i = 0; i < triplets.anchors.size(0); ++i) {
    list.emplace_back(triplets.anchors[i].item<int>(), triplets.positives[i].item<int>(),
                      triplets.negatives[i].item<int>());
  }
  return list;
}

TEST(MinersTest, PairsStayWithinTheirGroup) {
  const PairMasks pairs = make_pair_masks({0, 0, 1, 0, 1}, {0, 0, 0, 1, 1});
  const auto row = [](const torch::Tensor& mask, int i) {
    std::vector<bool> values;
    for (int j = 0; j < 5; ++j) values.push_back(mask[i][j].item<bool>());
    return values;
  };
  EXPECT_EQ(row(pairs.positives, 0), (std::vector<bool>{false, true, false, false, false}));
  EXPECT_EQ(row(pairs.negatives, 0), (std::vector<bool>{false, false, true, false, false}));
  EXPECT_EQ(row(pairs.positives, 3), std::vector<bool>(5, false));
  EXPECT_EQ(row(pairs.negatives, 3), (std::vector<bool>{false, false, false, false, true}));
}

TEST(MinersTest, SemiHardTakesTheNearestBeyondThePositiveWithinTheMargin) {
  // Anchor 0 at 0, positive at 20 (distance .347); negatives at 10 (too near), 25 (.433), 30
  // (.518).
  const torch::Tensor distances = pairwise_distances(circle({0, 20, 10, 25, 30}));
  const PairMasks pairs = make_pair_masks({0, 0, 1, 1, 1}, {0, 0, 0, 0, 0});
  EXPECT_EQ(to_list(mine_semi_hard(distances, pairs, 0.2)).front(), Triplet(0, 1, 3));
}

TEST(MinersTest, SemiHardFallsBackToTheFarthestNegative) {
  const torch::Tensor distances = pairwise_distances(circle({0, 60, 10, 90, 80}));
  const PairMasks pairs = make_pair_masks({0, 0, 1, 1, 1}, {0, 0, 0, 0, 0});
  EXPECT_EQ(to_list(mine_semi_hard(distances, pairs, 0.1)).front(), Triplet(0, 1, 3));
}

TEST(MinersTest, SemiHardAgreesWithLoops) {
  constexpr double kMargin = 0.3;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const CircleBatch batch = random_batch(seed);
    const torch::Tensor distances = pairwise_distances(circle(batch.degrees));
    const auto d = distances.accessor<double, 2>();
    std::vector<Triplet> expected;
    for (int a = 0; a < batch.size(); ++a) {
      for (int p = 0; p < batch.size(); ++p) {
        if (!batch.is_positive(a, p)) continue;
        int nearest = -1;
        int farthest = -1;
        for (int n = 0; n < batch.size(); ++n) {
          if (!batch.is_negative(a, n)) continue;
          if (farthest < 0 || d[a][n] > d[a][farthest]) farthest = n;
          const bool semi_hard = d[a][n] > d[a][p] && d[a][n] < d[a][p] + kMargin;
          if (semi_hard && (nearest < 0 || d[a][n] < d[a][nearest])) nearest = n;
        }
        if (farthest >= 0) expected.emplace_back(a, p, nearest >= 0 ? nearest : farthest);
      }
    }
    EXPECT_EQ(
        to_list(mine_semi_hard(distances, make_pair_masks(batch.labels, batch.groups), kMargin)),
        expected);
  }
}

TEST(MinersTest, BatchHardAgreesWithLoops) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const CircleBatch batch = random_batch(seed);
    const torch::Tensor distances = pairwise_distances(circle(batch.degrees));
    const auto d = distances.accessor<double, 2>();
    std::vector<Triplet> expected;
    for (int a = 0; a < batch.size(); ++a) {
      int positive = -1;
      int negative = -1;
      for (int other = 0; other < batch.size(); ++other) {
        if (batch.is_positive(a, other) && (positive < 0 || d[a][other] > d[a][positive])) {
          positive = other;
        }
        if (batch.is_negative(a, other) && (negative < 0 || d[a][other] < d[a][negative])) {
          negative = other;
        }
      }
      if (positive >= 0 && negative >= 0) expected.emplace_back(a, positive, negative);
    }
    EXPECT_EQ(to_list(mine_batch_hard(distances, make_pair_masks(batch.labels, batch.groups))),
              expected);
  }
}

TEST(MinersTest, ABatchWithoutNegativesHasNoTriplets) {
  const torch::Tensor distances = pairwise_distances(circle({0, 10, 20}));
  const PairMasks pairs = make_pair_masks({0, 0, 0}, {0, 0, 0});
  EXPECT_EQ(mine_semi_hard(distances, pairs, 0.2).anchors.size(0), 0);
  EXPECT_EQ(mine_batch_hard(distances, pairs).anchors.size(0), 0);
}

}  // namespace
}  // namespace simdb::training
