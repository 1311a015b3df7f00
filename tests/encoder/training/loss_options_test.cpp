#include "encoder/training/loss_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using simdb::test::code_of;
using simdb::test::error_of;
using ::testing::HasSubstr;

TEST(LossOptionsTest, EveryLossFillsInItsOwnNumbersAndTheyAreValid) {
  const std::pair<LossKind, std::string> kinds[] = {
      {LossKind::kTriplet, "triplet, miner semi-hard, margin 0.5"},
      {LossKind::kContrastive, "contrastive, margin 1"},
      {LossKind::kCircle, "circle, margin 0.4, scale 24"},
      {LossKind::kMultiSimilarity, "multi-similarity, miner batch-hard, margin 0.5, scale 50"},
      {LossKind::kSupCon, "supcon, scale 10"},
      {LossKind::kNtXent, "nt-xent, margin 0.2, scale 16"},
      {LossKind::kPair, "pair"},
      {LossKind::kCosFace, "cosface, margin 0.35, scale 30"}};
  for (const auto& [kind, text] : kinds) {
    LossOptions options;
    options.kind = kind;
    EXPECT_EQ(to_string(options), text);
    EXPECT_NO_THROW(require_valid(with_own_defaults(options)));
    EXPECT_EQ(parse_loss(to_string(kind)), kind);
  }
}

TEST(LossOptionsTest, WhatIsGivenIsKept) {
  LossOptions options;
  options.kind = LossKind::kTriplet;
  options.miner = MinerKind::kBatchHard;
  options.margin = 0.25;
  EXPECT_EQ(to_string(options), "triplet, miner batch-hard, margin 0.25");
  options = {LossKind::kCircle, {}, 0.25, 80, false};
  EXPECT_EQ(to_string(options), "circle, margin 0.25, scale 80");
}

TEST(LossOptionsTest, TheSoftMarginHasAScaleAndAMarginOnlyWhereTheMinerLooksAtIt) {
  LossOptions options;
  options.kind = LossKind::kTriplet;
  options.soft_margin = true;
  EXPECT_EQ(to_string(options), "triplet, miner semi-hard, soft margin, margin 0.5, scale 10");
  options.miner = MinerKind::kBatchAll;
  EXPECT_EQ(to_string(options), "triplet, miner batch-all, soft margin, scale 10");
}

TEST(LossOptionsTest, WhatALossDoesNotUseIsRefusedByName) {
  const auto message = [](const LossOptions& options) {
    const Error error = error_of([&] { require_valid(options); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return std::string(error.what());
  };
  EXPECT_THAT(message({LossKind::kSupCon, {}, 0.1, {}, false}),
              HasSubstr("--margin has no meaning for --loss supcon"));
  EXPECT_THAT(message({LossKind::kTriplet, {}, {}, 10, false}), HasSubstr("--scale"));
  EXPECT_THAT(message({LossKind::kTriplet, MinerKind::kBatchAll, 0.2, {}, true}),
              HasSubstr("--margin has no meaning for --loss triplet --soft-margin"));
  EXPECT_THAT(message({LossKind::kPair, {}, {}, {}, true}), HasSubstr("--soft-margin"));
  EXPECT_THAT(message({LossKind::kCircle, MinerKind::kBatchAll, {}, {}, false}),
              HasSubstr("--miner"));
  EXPECT_THAT(message({LossKind::kMultiSimilarity, MinerKind::kSemiHard, {}, {}, false}),
              HasSubstr("--miner semi-hard"));
}

TEST(LossOptionsTest, BoundsAreChecked) {
  const auto refused = [](LossKind kind, std::optional<double> margin,
                          std::optional<double> scale) {
    return code_of([&] { require_valid({kind, {}, margin, scale, false}); }) == ErrorCode::kUsage;
  };
  EXPECT_TRUE(refused(LossKind::kTriplet, 0, {}));
  EXPECT_TRUE(refused(LossKind::kTriplet, std::numeric_limits<double>::quiet_NaN(), {}));
  EXPECT_TRUE(refused(LossKind::kContrastive, 2.5, {}));
  EXPECT_TRUE(refused(LossKind::kCosFace, -0.1, {}));
  EXPECT_TRUE(refused(LossKind::kNtXent, {}, 0));
  EXPECT_TRUE(refused(static_cast<LossKind>(99), {}, {}));
}

TEST(LossOptionsTest, MinersAreReadBackAndUnknownNamesListTheChoices) {
  for (const MinerKind kind : {MinerKind::kBatchAll, MinerKind::kBatchHard, MinerKind::kSemiHard}) {
    EXPECT_EQ(parse_miner(to_string(kind)), kind);
  }
  EXPECT_THAT(error_of([] { parse_miner("x"); }).what(),
              HasSubstr("batch-all, batch-hard, semi-hard"));
  EXPECT_THAT(error_of([] { parse_loss("x"); }).what(), HasSubstr("nt-xent, pair, cosface"));
}

}  // namespace
}  // namespace simdb::training
