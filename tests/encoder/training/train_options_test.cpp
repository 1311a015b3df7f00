#include "encoder/training/train_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using test::code_of;
using test::error_of;
using ::testing::HasSubstr;

TEST(TrainOptionsTest, DefaultsAreValid) { EXPECT_NO_THROW(require_valid(TrainOptions())); }

TEST(TrainOptionsTest, UnknownNamesListTheChoices) {
  EXPECT_THAT(error_of([] { parse_optimizer("x"); }).what(), HasSubstr("adam, adamw"));
}

TEST(TrainOptionsTest, NamesAreReadBack) {
  for (const OptimizerKind kind : {OptimizerKind::kAdam, OptimizerKind::kAdamW}) {
    EXPECT_EQ(parse_optimizer(to_string(kind)), kind);
  }
}

TEST(TrainOptionsTest, EveryBoundIsChecked) {
  const auto refused = [](auto change) {
    TrainOptions options;
    change(options);
    return code_of([&] { require_valid(options); }) == ErrorCode::kUsage;
  };
  EXPECT_TRUE(refused([](auto& o) { o.network.dimension = 17; }));
  EXPECT_TRUE(refused([](auto& o) { o.network.dimension = -16; }));
  EXPECT_TRUE(refused([](auto& o) { o.network.channels = {}; }));
  EXPECT_TRUE(refused([](auto& o) { o.warmup = 1; }));
  EXPECT_TRUE(refused([](auto& o) { o.weight_decay = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.clip_norm = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.weight_average = 1; }));
  EXPECT_TRUE(refused([](auto& o) { o.siblings = 1.1; }));
  EXPECT_TRUE(refused([](auto& o) { o.loss.scale = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.learning_rate = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.batch = 3; }));
  EXPECT_TRUE(refused([](auto& o) { o.epochs = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.patience = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.validation_share = 1; }));
  EXPECT_TRUE(refused([](auto& o) { o.augment.strength = 3.5; }));
  EXPECT_TRUE(refused([](auto& o) { o.threads = -1; }));
}

}  // namespace
}  // namespace simdb::training
