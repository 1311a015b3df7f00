#include "encoder/training/network.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <utility>

namespace simdb::training {
namespace {

NetworkOptions small(bool batch_norm, bool residual = false) {
  return {.channels = {4, 8}, .residual = residual, .batch_norm = batch_norm, .dimension = 16};
}

TEST(NetworkTest, GivesUnitVectorsOfTheDimension) {
  for (const auto& [residual, batch_norm] :
       {std::pair(false, false), std::pair(false, true), std::pair(true, true)}) {
    NetworkOptions options = small(batch_norm, residual);
    options.dimension = 48;
    Network network({}, options);
    const torch::Tensor rows = network.forward(torch::randn({5, 3, 28, 28}));
    EXPECT_EQ(rows.sizes(), (std::vector<std::int64_t>{5, 48}));
    EXPECT_TRUE(rows.norm(2, 1).allclose(torch::ones({5}), 1e-5, 1e-5));
  }
}

TEST(NetworkTest, TakesOddSizesAndGrey) {
  InputSpec input;
  input.width = 13;
  input.height = 7;
  input.channels = 1;
  Network network(input, small(true));
  EXPECT_EQ(network.forward(torch::randn({2, 1, 7, 13})).size(1), 16);
}

TEST(NetworkTest, HasTheStagesAskedForAndPoolsDownToThreePixels) {
  Network network({}, {.channels = {6, 12, 24, 24}, .residual = false, .batch_norm = false});
  ASSERT_EQ(network.stages().size(), 4U);
  EXPECT_EQ(network.stages()[0].first.conv->weight.size(0), 6);
  EXPECT_EQ(network.stages()[2].first.conv->weight.size(0), 24);
  EXPECT_TRUE(network.stages()[0].first.norm.is_empty());
  EXPECT_TRUE(network.stages()[2].pool);
  EXPECT_FALSE(network.stages()[3].pool);  // 28, 14, 7, 3
  EXPECT_EQ(network.dense()->weight.size(1), 24 * 3 * 3);
}

TEST(NetworkTest, ResidualStagesHaveAShortcutWhereTheChannelsChange) {
  Network network({}, {.channels = {4, 8, 8}, .residual = true});
  EXPECT_FALSE(network.stages()[0].residual());
  EXPECT_TRUE(network.stages()[1].residual());
  EXPECT_FALSE(network.stages()[1].shortcut.is_empty());
  EXPECT_TRUE(network.stages()[2].residual());
  EXPECT_TRUE(network.stages()[2].shortcut.is_empty());
}

TEST(NetworkTest, ManyStagesLeaveSmallInputsAPixel) {
  InputSpec input;
  input.width = input.height = 4;
  Network network(input, network_preset("conv4"));
  EXPECT_EQ(network.forward(torch::randn({2, 3, 4, 4})).size(1), 16);
}

TEST(NetworkTest, BFloat16AnswersAboutAsFloat) {
  at::manual_seed(1);
  Network network({}, small(true, true));
  const torch::Tensor planes = torch::randn({32, 3, 28, 28});
  const torch::Tensor exact = network.forward(planes);
  const torch::Tensor rough = network.forward(planes, torch::kBFloat16);
  EXPECT_EQ(rough.scalar_type(), torch::kFloat32);
  EXPECT_GT((exact * rough).sum(1).min().item<float>(), 0.99F);
  EXPECT_FALSE(exact.equal(rough));
  rough.sum().backward();
  EXPECT_EQ(network.dense()->weight.grad().scalar_type(), torch::kFloat32);
}

TEST(NetworkTest, RestoredWeightsAnswerAsBefore) {
  Network network({}, small(true));
  const torch::Tensor planes = torch::randn({8, 3, 28, 28});
  network.forward(planes);  // moves the running statistics
  network.eval();
  const torch::Tensor before = network.forward(planes);
  const auto weights = network.copy_weights();
  network.train();
  network.forward(planes * 3);
  {
    const torch::NoGradGuard no_gradients;
    for (auto& parameter : network.parameters()) parameter.add_(0.5);
  }
  network.eval();
  EXPECT_FALSE(network.forward(planes).allclose(before));
  network.restore_weights(weights);
  EXPECT_TRUE(network.forward(planes).equal(before));
}

TEST(NetworkTest, TheSeedDecidesTheFirstWeights) {
  at::manual_seed(3);
  const Network a({}, small(false));
  at::manual_seed(3);
  const Network b({}, small(false));
  EXPECT_TRUE(a.dense()->weight.equal(b.dense()->weight));
}

}  // namespace
}  // namespace simdb::training
