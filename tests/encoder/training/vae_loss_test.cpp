#include "encoder/training/vae_loss.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

namespace simdb::training {
namespace {

TEST(VaeLossTest, ReconstructionFollowsTheMeanSquare) {
  const torch::Tensor wanted = torch::zeros({3, 2, 4, 5});
  const torch::Tensor far = torch::full({3, 2, 4, 5}, 0.4);
  const torch::Tensor near = torch::full({3, 2, 4, 5}, 0.2);
  // A quarter of the mean square is worth 40 / 2 * log 4 nats for images of 40 values.
  EXPECT_NEAR((reconstruction_loss(far, wanted) - reconstruction_loss(near, wanted)).item<float>(),
              20 * std::log(4.0), 1e-3);
  EXPECT_TRUE(std::isfinite(reconstruction_loss(wanted, wanted).item<float>()));
}

// Against a mean over many draws of log q(z) - log p(z).
TEST(VaeLossTest, DivergenceIsThatOfNormalDistributions) {
  torch::manual_seed(1);
  const torch::Tensor mean = torch::tensor({{0.0F, 1.0F, -0.5F}});
  const torch::Tensor log_variance = torch::tensor({{0.0F, -1.0F, 0.5F}});
  const torch::Tensor noise = torch::randn({400'000, 3});
  const torch::Tensor z = mean + noise * (log_variance / 2).exp();
  const torch::Tensor expected = ((z.pow(2) - noise.pow(2) - log_variance) / 2).mean(0);
  const torch::Tensor exact = divergence(mean, log_variance);
  EXPECT_EQ(exact[0].item<float>(), 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(exact[i].item<float>(), expected[i].item<float>(), 0.01) << i;
  }
}

TEST(VaeLossTest, FreeNatsPressNoDimensionBelowThem) {
  torch::Tensor dimensions = torch::tensor({0.05F, 0.3F});
  dimensions.set_requires_grad(true);
  const torch::Tensor sum = with_free_nats(dimensions, 0.1);
  EXPECT_NEAR(sum.item<float>(), 0.4, 1e-6);
  sum.backward();
  EXPECT_EQ(dimensions.grad()[0].item<float>(), 0);
  EXPECT_EQ(dimensions.grad()[1].item<float>(), 1);
}

TEST(VaeLossTest, TheDivergenceCostsNothingAtFirst) {
  EXPECT_EQ(divergence_weight(0, 100, 0.5), 0);
  EXPECT_NEAR(divergence_weight(25, 100, 0.5), 0.5, 1e-9);
  EXPECT_EQ(divergence_weight(80, 100, 0.5), 1);
  EXPECT_EQ(divergence_weight(0, 100, 0), 1);
}

TEST(VaeLossTest, FeatureDistanceIsOneLessTheCosine) {
  const torch::Tensor x = torch::tensor({{1.0F, 0.0F}, {1.0F, 0.0F}});
  const torch::Tensor y = torch::tensor({{1.0F, 0.0F}, {0.6F, 0.8F}});
  EXPECT_NEAR(feature_distance(x, y).item<float>(), 0.2, 1e-6);
}

}  // namespace
}  // namespace simdb::training
