#include "encoder/training/nested_loss.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/nn/functional/normalization.h>

namespace simdb::training {
namespace {

TEST(NestedLossTest, LengthsDoubleUpToTheDimension) {
  EXPECT_EQ(nested_lengths(16), (std::vector<std::int64_t>{16}));
  EXPECT_EQ(nested_lengths(48), (std::vector<std::int64_t>{16, 32, 48}));
  EXPECT_EQ(nested_lengths(128), (std::vector<std::int64_t>{16, 32, 64, 128}));
}

TEST(NestedLossTest, IsTheMeanOfTheLossOfEveryBeginning) {
  at::manual_seed(1);
  const auto rows = torch::nn::functional::normalize(torch::randn({12, 64}));
  const std::vector<int> labels = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
  const PairMasks pairs = make_pair_masks(labels, std::vector<int>(12, 0));
  LossOptions options;
  options.kind = LossKind::kSupCon;
  const auto plain = make_loss(options, 4, 64);
  double sum = 0;
  for (const int length : {16, 32, 64}) {
    const auto part = torch::nn::functional::normalize(rows.narrow(1, 0, length));
    sum += (*plain)({part, pairs, {}}).item<float>();
  }
  const auto nested = make_nested_loss(make_loss(options, 4, 64));
  EXPECT_NEAR((*nested)({rows, pairs, {}}).item<float>(), sum / 3, 1e-5);
  EXPECT_GT(std::abs(sum / 3 - (*plain)({rows, pairs, {}}).item<float>()), 1e-3);
}

}  // namespace
}  // namespace simdb::training
