#include "encoder/training/losses/cosface_loss.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include "tests/encoder/training/loss_batches.h"

namespace simdb::training {
namespace {

using test::circle;

/// A loss whose proxies stand at these angles, with lengths that must not matter.
CosFaceLoss loss_with_proxies(const std::vector<double>& degrees, double margin, double scale) {
  CosFaceLoss loss(static_cast<std::int64_t>(degrees.size()), 2, margin, scale, torch::kCPU);
  loss.parameters().front().set_data(3 * circle(degrees));
  return loss;
}

double cosine(double degrees) { return std::cos(degrees * M_PI / 180); }

TEST(CosFaceLossTest, AgreesWithLoops) {
  constexpr double kMargin = 0.35;
  constexpr double kScale = 10;
  const std::vector<double> proxies = {0, 100, 250};
  const std::vector<double> rows = {10, 60, 90, 200};
  const std::vector<int> classes = {0, 0, 1, 2};
  CosFaceLoss loss = loss_with_proxies(proxies, kMargin, kScale);
  double expected = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double all = 0;
    double own = 0;
    for (int c = 0; c < 3; ++c) {
      const double margin = c == classes[i] ? kMargin : 0;
      const double weight = std::exp(kScale * (cosine(rows[i] - proxies[c]) - margin));
      all += weight;
      if (c == classes[i]) own = weight;
    }
    expected -= std::log(own / all) / static_cast<double>(rows.size());
  }
  const LossBatch batch = {circle(rows), {}, torch::tensor(classes, torch::kInt64)};
  EXPECT_NEAR(loss(batch).item<double>(), expected, 1e-9);
}

TEST(CosFaceLossTest, TheProxiesHaveTheGradientOfFiniteDifferences) {
  constexpr double kStep = 1e-6;
  CosFaceLoss loss = loss_with_proxies({0, 100, 250}, 0.35, 10);
  const LossBatch batch = {
      circle({10, 60, 90, 200}), {}, torch::tensor({0, 0, 1, 2}, torch::kInt64)};
  loss(batch).backward();
  const torch::Tensor proxies = loss.parameters().front();
  const torch::Tensor flat = proxies.data().view(-1);
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    flat[i] += kStep;
    const double up = loss(batch).item<double>();
    flat[i] -= 2 * kStep;
    const double down = loss(batch).item<double>();
    flat[i] += kStep;
    EXPECT_NEAR(proxies.grad().view(-1)[i].item<double>(), (up - down) / (2 * kStep), 1e-6);
  }
}

TEST(CosFaceLossTest, TheDefaultGeneratorDrawsTheProxies) {
  const auto draw = [](std::uint64_t seed) {
    at::manual_seed(seed);
    return CosFaceLoss(5, 16, 0.35, 30, torch::kCPU).parameters().front();
  };
  EXPECT_EQ(draw(1).sizes(), (std::vector<std::int64_t>{5, 16}));
  EXPECT_TRUE(draw(1).requires_grad());
  EXPECT_TRUE(draw(1).equal(draw(1)));
  EXPECT_FALSE(draw(1).equal(draw(2)));
}

}  // namespace
}  // namespace simdb::training
