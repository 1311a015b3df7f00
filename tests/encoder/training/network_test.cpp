#include "encoder/training/network.h"

#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

NetworkOptions small(bool batch_norm) {
  return {.width = 4, .depth = 2, .dimension = 16, .batch_norm = batch_norm};
}

TEST(NetworkTest, GivesUnitVectorsOfTheDimension) {
  for (const bool batch_norm : {false, true}) {
    Network network({}, {.width = 4, .depth = 3, .dimension = 48, .batch_norm = batch_norm});
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

TEST(NetworkTest, IsAsWideAndDeepAsAsked) {
  Network network({}, {.width = 6, .depth = 3, .dimension = 16, .batch_norm = false});
  ASSERT_EQ(network.blocks().size(), 3U);
  EXPECT_EQ(network.blocks()[0].conv->weight.size(0), 6);
  EXPECT_EQ(network.blocks()[2].conv->weight.size(0), 24);
  EXPECT_TRUE(network.blocks()[0].norm.is_empty());
  EXPECT_EQ(network.dense()->weight.size(1), 24 * 3 * 3);
}

TEST(NetworkTest, TooDeepForTheInputIsTold) {
  InputSpec input;
  input.width = input.height = 7;
  const Error error = test::error_of(
      [&] { Network(input, {.width = 4, .depth = 3, .dimension = 16, .batch_norm = false}); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  EXPECT_THAT(error.what(), ::testing::HasSubstr("--depth"));
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
