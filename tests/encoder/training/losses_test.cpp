#include "encoder/training/losses.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/encoder/training/loss_batches.h"
#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using test::CircleBatch;
using test::random_batch;

constexpr int kClasses = 4;

class EveryLossTest : public ::testing::TestWithParam<LossOptions> {
 protected:
  EveryLossTest() {
    at::manual_seed(1);
    loss_ = make_loss(GetParam(), kClasses, 2);
  }
  bool needs_both_kinds() const {
    return GetParam().kind != LossKind::kContrastive && GetParam().kind != LossKind::kPair &&
           GetParam().kind != LossKind::kCosFace;
  }
  double value(const LossBatch& batch) { return (*loss_)(batch).item<double>(); }
  /// The gradient with respect to the embeddings.
  torch::Tensor gradient(LossBatch batch) {
    batch.embeddings = batch.embeddings.clone().set_requires_grad(true);
    (*loss_)(batch).backward();
    return batch.embeddings.grad();
  }

  std::unique_ptr<Loss> loss_;
};

/// The losses whose gradient is that of their value: not circle, which takes its weights as given
/// (its own test knows that).
class FollowedLossTest : public EveryLossTest {};
/// The losses that compare rows with rows: not cosface, which knows proxies only.
class PairwiseLossTest : public EveryLossTest {};

TEST_P(FollowedLossTest, TheGradientIsThatOfFiniteDifferences) {
  constexpr double kStep = 1e-6;
  const LossBatch batch = random_batch(3, 8).loss_batch();
  const torch::Tensor expected = torch::zeros_like(batch.embeddings);
  for (std::int64_t i = 0; i < batch.embeddings.numel(); ++i) {
    LossBatch up = batch;
    LossBatch down = batch;
    up.embeddings = batch.embeddings.clone();
    down.embeddings = batch.embeddings.clone();
    up.embeddings.view(-1)[i] += kStep;
    down.embeddings.view(-1)[i] -= kStep;
    expected.view(-1)[i] = (value(up) - value(down)) / (2 * kStep);
  }
  EXPECT_GT(expected.abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(torch::allclose(gradient(batch), expected, 1e-5, 1e-7));
}

TEST_P(EveryLossTest, ABatchWithoutAnythingToCompareIsFiniteAndCostsNothing) {
  const CircleBatch one_class = {{0, 10, 50, 50}, {1, 1, 1, 1}, {0, 0, 0, 0}};
  const CircleBatch no_positives = {{0, 10, 50, 50}, {0, 1, 2, 3}, {0, 0, 0, 0}};
  const CircleBatch groups_apart = {{0, 10, 50}, {0, 0, 1}, {0, 1, 2}};
  const CircleBatch one_row = {{70}, {2}, {0}};
  for (const CircleBatch& batch : {one_class, no_positives, groups_apart, one_row}) {
    const LossBatch rows = batch.loss_batch(torch::kFloat);
    const double cost = value(rows);
    EXPECT_TRUE(std::isfinite(cost));
    if (needs_both_kinds()) {
      EXPECT_EQ(cost, 0);
    }
    EXPECT_TRUE(torch::isfinite(gradient(rows)).all().item<bool>());
  }
}

TEST_P(EveryLossTest, EqualAndOppositeRowsHaveAFiniteGradient) {
  const CircleBatch equal = {{40, 40, 40, 40}, {0, 0, 1, 1}, {0, 0, 0, 0}};
  const CircleBatch opposite = {{0, 180, 0, 180}, {0, 0, 1, 1}, {0, 0, 0, 0}};
  for (const CircleBatch& batch : {equal, opposite}) {
    const LossBatch rows = batch.loss_batch(torch::kFloat);
    EXPECT_GT(value(rows), 0);
    EXPECT_TRUE(torch::isfinite(gradient(rows)).all().item<bool>());
  }
}

TEST_P(PairwiseLossTest, OtherGroupsDoNotChangeWhatARowIsTold) {
  // A second group takes part in the mean but not in the comparisons: turning all of it as a whole
  // changes nothing.
  const CircleBatch batch = {
      {0, 40, 20, 60, 5, 45, 25, 65}, {0, 0, 1, 1, 0, 0, 1, 1}, {0, 0, 0, 0, 1, 1, 1, 1}};
  CircleBatch turned = batch;
  for (int i = 4; i < 8; ++i) turned.degrees[i] += 123;
  EXPECT_NEAR(value(turned.loss_batch()), value(batch.loss_batch()), 1e-12);
  EXPECT_TRUE(torch::allclose(gradient(turned.loss_batch()).narrow(0, 0, 4),
                              gradient(batch.loss_batch()).narrow(0, 0, 4), 1e-9, 1e-12));
}

TEST_P(EveryLossTest, FollowingTheGradientLowersTheLoss) {
  const LossBatch before =
      CircleBatch{{0, 40, 20, 60}, {0, 0, 1, 1}, {0, 0, 0, 0}}.loss_batch(torch::kFloat);
  LossBatch after = before;
  const torch::Tensor moved = before.embeddings - 0.02 * gradient(before);
  after.embeddings = moved / moved.norm(2, 1, true);
  EXPECT_LT(value(after), value(before));
  EXPECT_EQ((*loss_)(before).scalar_type(), torch::kFloat);
}

TEST_P(EveryLossTest, OneBatchHasOneGradientBitForBit) {
  const LossBatch batch = random_batch(5, 100).loss_batch(torch::kFloat);
  const torch::Tensor first = gradient(batch);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(first.equal(gradient(batch)));
}

LossOptions with_miner(LossKind kind, MinerKind miner, bool soft = false) {
  LossOptions options;
  options.kind = kind;
  options.miner = miner;
  options.soft_margin = soft;
  return options;
}

LossOptions plain(LossKind kind) {
  LossOptions options;
  options.kind = kind;
  return options;
}

std::vector<LossOptions> all_losses_but(std::optional<LossKind> left_out) {
  std::vector<LossOptions> losses;
  for (const bool soft : {false, true}) {
    for (const MinerKind miner :
         {MinerKind::kBatchAll, MinerKind::kBatchHard, MinerKind::kSemiHard}) {
      losses.push_back(with_miner(LossKind::kTriplet, miner, soft));
    }
  }
  losses.push_back(with_miner(LossKind::kMultiSimilarity, MinerKind::kBatchAll));
  for (const LossKind kind :
       {LossKind::kContrastive, LossKind::kCircle, LossKind::kMultiSimilarity, LossKind::kSupCon,
        LossKind::kNtXent, LossKind::kPair, LossKind::kCosFace}) {
    if (kind != left_out) losses.push_back(plain(kind));
  }
  return losses;
}

std::string name_of(const ::testing::TestParamInfo<LossOptions>& options) {
  std::string name;
  for (const char c : to_string(options.param)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Losses, EveryLossTest, ::testing::ValuesIn(all_losses_but({})), name_of);
INSTANTIATE_TEST_SUITE_P(Losses, FollowedLossTest,
                         ::testing::ValuesIn(all_losses_but(LossKind::kCircle)), name_of);
INSTANTIATE_TEST_SUITE_P(Losses, PairwiseLossTest,
                         ::testing::ValuesIn(all_losses_but(LossKind::kCosFace)), name_of);

TEST(LossesTest, OptionsThatMakeNoSenseAreRefused) {
  EXPECT_EQ(simdb::test::code_of([] { make_loss(plain(static_cast<LossKind>(99)), 2, 16); }),
            ErrorCode::kUsage);
  LossOptions options;
  options.margin = 3;
  EXPECT_EQ(simdb::test::code_of([&] { make_loss(options, 2, 16); }), ErrorCode::kUsage);
}

TEST(LossesTest, TheNumbersReachTheLoss) {
  const LossBatch batch = random_batch(1).loss_batch();
  for (const LossKind kind : {LossKind::kCircle, LossKind::kMultiSimilarity, LossKind::kNtXent}) {
    const double own = (*make_loss(plain(kind), 2, 2))(batch).item<double>();
    LossOptions margin = plain(kind);
    margin.margin = 0.3;
    LossOptions scale = plain(kind);
    scale.scale = 7;
    EXPECT_NE((*make_loss(margin, 2, 2))(batch).item<double>(), own);
    EXPECT_NE((*make_loss(scale, 2, 2))(batch).item<double>(), own);
  }
}

}  // namespace
}  // namespace simdb::training
