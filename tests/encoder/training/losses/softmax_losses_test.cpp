#include "encoder/training/losses/softmax_losses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "tests/encoder/training/loss_batches.h"

namespace simdb::training {
namespace {

using test::circle;
using test::CircleBatch;
using test::random_batch;

using Rows = std::vector<int>;

double sum_over(const Rows& rows, const std::function<double(int)>& term) {
  return std::accumulate(rows.begin(), rows.end(), 0.0,
                         [&](double sum, int row) { return sum + term(row); });
}

/// The mean over the anchors that have positives and negatives.
double mean_over_anchors(const CircleBatch& batch,
                         const std::function<double(int, const Rows&, const Rows&)>& cost) {
  double sum = 0;
  int count = 0;
  for (int a = 0; a < batch.size(); ++a) {
    const Rows positives = batch.positives(a);
    const Rows negatives = batch.negatives(a);
    if (positives.empty() || negatives.empty()) continue;
    sum += cost(a, positives, negatives);
    ++count;
  }
  return sum / count;
}

/// The circle loss of `batch` with the weights of `weighing`.
double naive_circle(const CircleBatch& batch, const CircleBatch& weighing, double m, double gamma) {
  return mean_over_anchors(batch, [&](int a, const Rows& positives, const Rows& negatives) {
    const double of_negatives = sum_over(negatives, [&](int n) {
      const double alpha = std::max(weighing.s(a, n) + m, 0.0);
      return std::exp(gamma * alpha * (batch.s(a, n) - m));
    });
    const double of_positives = sum_over(positives, [&](int p) {
      const double alpha = std::max(1 + m - weighing.s(a, p), 0.0);
      return std::exp(-gamma * alpha * (batch.s(a, p) - (1 - m)));
    });
    return std::log(1 + of_negatives * of_positives);
  });
}

TEST(SoftmaxLossesTest, CircleAgreesWithLoops) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const CircleBatch batch = random_batch(seed);
    EXPECT_NEAR(circle_loss(circle(batch.degrees), batch.pairs(), 0.4, 24).item<double>(),
                naive_circle(batch, batch, 0.4, 24), 1e-6);
    EXPECT_NEAR(circle_loss(circle(batch.degrees), batch.pairs(), 0.25, 8).item<double>(),
                naive_circle(batch, batch, 0.25, 8), 1e-6);
  }
}

TEST(SoftmaxLossesTest, TheGradientOfCircleTakesTheWeightsAsGiven) {
  // Along the circle: d(loss)/d(angle).
  constexpr double kStep = 1e-4;  // degrees
  const CircleBatch batch = random_batch(2, 8);
  const torch::Tensor rows = circle(batch.degrees).set_requires_grad(true);
  circle_loss(rows, batch.pairs(), 0.4, 24).backward();
  const torch::Tensor tangents =
      torch::stack({-rows.detach().select(1, 1), rows.detach().select(1, 0)}, 1);
  const torch::Tensor along = (rows.grad() * tangents).sum(1);
  for (int i = 0; i < batch.size(); ++i) {
    CircleBatch up = batch;
    CircleBatch down = batch;
    up.degrees[i] += kStep;
    down.degrees[i] -= kStep;
    const double difference = naive_circle(up, batch, 0.4, 24) - naive_circle(down, batch, 0.4, 24);
    EXPECT_NEAR(along[i].item<double>(), difference / (2 * kStep * M_PI / 180), 1e-4);
  }
}

double naive_multi_similarity(const CircleBatch& batch, double center, double beta, bool mine) {
  constexpr double kAlpha = 2;
  constexpr double kSlack = 0.1;
  return mean_over_anchors(batch, [&](int a, Rows positives, Rows negatives) {
    double nearest_negative = -1;
    double farthest_positive = 1;
    for (const int n : negatives) nearest_negative = std::max(nearest_negative, batch.s(a, n));
    for (const int p : positives) farthest_positive = std::min(farthest_positive, batch.s(a, p));
    if (mine) {
      std::erase_if(positives, [&](int p) { return batch.s(a, p) >= nearest_negative + kSlack; });
      std::erase_if(negatives, [&](int n) { return batch.s(a, n) <= farthest_positive - kSlack; });
    }
    const auto above = [&](int row) { return batch.s(a, row) - center; };
    return std::log(1 + sum_over(positives, [&](int p) { return std::exp(-kAlpha * above(p)); })) /
               kAlpha +
           std::log(1 + sum_over(negatives, [&](int n) { return std::exp(beta * above(n)); })) /
               beta;
  });
}

TEST(SoftmaxLossesTest, MultiSimilarityAgreesWithLoops) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    // Classes in sectors, so that many pairs are easy.
    CircleBatch batch = random_batch(seed);
    for (int i = 0; i < batch.size(); ++i) {
      batch.degrees[i] = 90 * batch.labels[i] + batch.degrees[i] / 3;
    }
    const auto loss = [&](bool hard_only) {
      return multi_similarity_loss(circle(batch.degrees), batch.pairs(), 0.5, 50, hard_only)
          .item<double>();
    };
    EXPECT_NEAR(loss(false), naive_multi_similarity(batch, 0.5, 50, false), 1e-9);
    EXPECT_NEAR(loss(true), naive_multi_similarity(batch, 0.5, 50, true), 1e-9);
    EXPECT_LT(loss(true), loss(false));
  }
}

TEST(SoftmaxLossesTest, SupConAgreesWithLoops) {
  constexpr double kTemperature = 0.1;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const CircleBatch batch = random_batch(seed);
    const auto weight = [&](int a, int b) { return std::exp(batch.s(a, b) / kTemperature); };
    const double expected =
        mean_over_anchors(batch, [&](int a, const Rows& positives, const Rows& negatives) {
          const double all = sum_over(positives, [&](int p) { return weight(a, p); }) +
                             sum_over(negatives, [&](int n) { return weight(a, n); });
          return sum_over(positives, [&](int p) { return -std::log(weight(a, p) / all); }) /
                 static_cast<double>(positives.size());
        });
    EXPECT_NEAR(supcon_loss(circle(batch.degrees), batch.pairs(), 10).item<double>(), expected,
                1e-9);
  }
}

TEST(SoftmaxLossesTest, NtXentAgreesWithLoops) {
  constexpr double kScale = 12;
  for (const double margin : {0.0, 0.1}) {
    for (unsigned seed = 1; seed <= 3; ++seed) {
      const CircleBatch batch = random_batch(seed);
      double sum = 0;
      int count = 0;
      for (int a = 0; a < batch.size(); ++a) {
        const Rows negatives = batch.negatives(a);
        if (negatives.empty()) continue;
        const double others =
            sum_over(negatives, [&](int n) { return std::exp(kScale * batch.s(a, n)); });
        for (const int p : batch.positives(a)) {
          const double own = std::exp(kScale * (batch.s(a, p) - margin));
          sum += -std::log(own / (own + others));
          ++count;
        }
      }
      const torch::Tensor loss = nt_xent_loss(circle(batch.degrees), batch.pairs(), margin, kScale);
      EXPECT_NEAR(loss.item<double>(), sum / count, 1e-9);
    }
  }
}

}  // namespace
}  // namespace simdb::training
