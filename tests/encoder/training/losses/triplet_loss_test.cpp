#include "encoder/training/losses/triplet_loss.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "encoder/training/losses/pair_math.h"
#include "tests/encoder/training/loss_batches.h"

namespace simdb::training {
namespace {

using test::circle;
using test::CircleBatch;
using test::random_batch;

/// d(a,p) - d(a,n) of the triplets.
using Gaps = std::vector<double>;

Gaps gaps_of_all(const CircleBatch& batch) {
  Gaps gaps;
  for (int a = 0; a < batch.size(); ++a) {
    for (const int p : batch.positives(a)) {
      for (const int n : batch.negatives(a)) gaps.push_back(batch.d(a, p) - batch.d(a, n));
    }
  }
  return gaps;
}

Gaps gaps_of_hardest(const CircleBatch& batch) {
  Gaps gaps;
  for (int a = 0; a < batch.size(); ++a) {
    double farthest = -1;
    double nearest = 3;
    for (const int p : batch.positives(a)) farthest = std::max(farthest, batch.d(a, p));
    for (const int n : batch.negatives(a)) nearest = std::min(nearest, batch.d(a, n));
    if (farthest >= 0 && nearest <= 2) gaps.push_back(farthest - nearest);
  }
  return gaps;
}

Gaps gaps_of_semi_hard(const CircleBatch& batch, double margin) {
  Gaps gaps;
  for (int a = 0; a < batch.size(); ++a) {
    for (const int p : batch.positives(a)) {
      double semi_hard = 3;
      double farthest = -1;
      for (const int n : batch.negatives(a)) {
        const double d = batch.d(a, n);
        farthest = std::max(farthest, d);
        if (d > batch.d(a, p) && d < batch.d(a, p) + margin) semi_hard = std::min(semi_hard, d);
      }
      if (farthest >= 0) gaps.push_back(batch.d(a, p) - (semi_hard <= 2 ? semi_hard : farthest));
    }
  }
  return gaps;
}

double hinge(const Gaps& gaps, double margin) {
  double sum = 0;
  int violations = 0;
  for (const double gap : gaps) {
    if (gap + margin <= 0) continue;
    sum += gap + margin;
    ++violations;
  }
  return sum / violations;
}

double soft(const Gaps& gaps, double scale) {
  double sum = 0;
  for (const double gap : gaps) sum += std::log(1 + std::exp(scale * gap)) / scale;
  return sum / static_cast<double>(gaps.size());
}

double loss_of(const CircleBatch& batch, const TripletRule& rule) {
  return triplet_loss(circle(batch.degrees), batch.pairs(), rule).item<double>();
}

TEST(TripletLossTest, EveryMinerAgreesWithLoops) {
  constexpr double kMargin = 0.3;
  constexpr double kScale = 6;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const CircleBatch batch = random_batch(seed);
    const std::pair<MinerKind, Gaps> miners[] = {
        {MinerKind::kBatchAll, gaps_of_all(batch)},
        {MinerKind::kBatchHard, gaps_of_hardest(batch)},
        {MinerKind::kSemiHard, gaps_of_semi_hard(batch, kMargin)}};
    for (const auto& [miner, gaps] : miners) {
      EXPECT_NEAR(loss_of(batch, {miner, kMargin, kScale, false}), hinge(gaps, kMargin), 1e-6);
      EXPECT_NEAR(loss_of(batch, {miner, kMargin, kScale, true}), soft(gaps, kScale), 1e-6);
    }
  }
}

TEST(TripletLossTest, TheMeanIsThatOfWhatViolatesTheMargin) {
  // Anchor 0: the negative at 30 violates the margin, the one at 90 does not. Anchor 1: both do.
  const CircleBatch batch = {{0, 20, 30, 90}, {0, 0, 1, 2}, {0, 0, 0, 0}};
  const double positive = batch.d(0, 1);
  const double sum = positive - batch.d(0, 2) + 0.5 + positive - batch.d(1, 2) + 0.5;
  EXPECT_NEAR(loss_of(batch, {MinerKind::kBatchAll, 0.5, 1, false}), sum / 2, 1e-9);
}

TEST(TripletLossTest, NoViolationCostsNothing) {
  const CircleBatch batch = {{0, 5, 170}, {0, 0, 1}, {0, 0, 0}};
  EXPECT_EQ(loss_of(batch, {MinerKind::kBatchAll, 0.5, 1, false}), 0);
}

TEST(TripletLossTest, ACollapsedEmbeddingCostsTheMargin) {
  const CircleBatch batch = {{40, 40, 40, 40}, {0, 0, 1, 1}, {0, 0, 0, 0}};
  for (const MinerKind miner :
       {MinerKind::kBatchAll, MinerKind::kBatchHard, MinerKind::kSemiHard}) {
    EXPECT_NEAR(loss_of(batch, {miner, 0.7, 1, false}), 0.7, 1e-9);
  }
}

}  // namespace
}  // namespace simdb::training
