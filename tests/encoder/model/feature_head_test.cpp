#include "encoder/model/feature_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/errors.h"

namespace simdb {
namespace {

using ::testing::HasSubstr;
using Rows = std::vector<std::vector<double>>;

// Rows of `width` features that vary in each of the first `axes` by another amount, mixed and moved
// away from 0.
std::vector<float> make_features(std::size_t rows, std::size_t width, std::size_t axes) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Rows mix(axes, std::vector<double>(width));
  for (auto& direction : mix) {
    for (double& value : direction) value = normal(random);
  }
  std::vector<float> features;
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<double> row(width, 2.5);
    for (std::size_t a = 0; a < axes; ++a) {
      const double amount = normal(random) * std::pow(0.8, static_cast<double>(a));
      for (std::size_t j = 0; j < width; ++j) row[j] += amount * mix[a][j];
    }
    features.insert(features.end(), row.begin(), row.end());
  }
  return features;
}

Rows embed(const DenseLayer& layer, const std::vector<float>& features) {
  const auto width = static_cast<std::size_t>(layer.in_features);
  Rows result;
  for (std::size_t i = 0; i < features.size() / width; ++i) {
    std::vector<double>& row = result.emplace_back(layer.bias.begin(), layer.bias.end());
    for (std::size_t o = 0; o < row.size(); ++o) {
      for (std::size_t j = 0; j < width; ++j) {
        row[o] += double{layer.weight[o * width + j]} * features[i * width + j];
      }
    }
  }
  return result;
}

double mean_product(const Rows& rows, std::size_t a, std::size_t b) {
  double sum = 0;
  for (const auto& row : rows) sum += row[a] * row[b];
  return sum / static_cast<double>(rows.size());
}

double dot(const DenseLayer& layer, std::size_t a, std::size_t b) {
  const auto width = static_cast<std::size_t>(layer.in_features);
  double sum = 0;
  for (std::size_t j = 0; j < width; ++j) {
    sum += double{layer.weight[a * width + j]} * layer.weight[b * width + j];
  }
  return sum;
}

// The covariance and Ledoit and Wolf's share of it that is not believed, by their formulas with
// loops over all entries.
struct NaiveCovariance {
  Rows values;
  double mean_variance = 0;
  double rho = 0;

  NaiveCovariance(const std::vector<float>& features, std::size_t width) {
    const std::size_t count = features.size() / width;
    std::vector<double> mean(width);
    for (std::size_t i = 0; i < features.size(); ++i) mean[i % width] += features[i];
    for (double& value : mean) value /= static_cast<double>(count);
    const auto at = [&](std::size_t i, std::size_t j) { return features[i * width + j] - mean[j]; };
    values.assign(width, std::vector<double>(width));
    for (std::size_t a = 0; a < width; ++a) {
      for (std::size_t b = 0; b < width; ++b) {
        for (std::size_t i = 0; i < count; ++i) values[a][b] += at(i, a) * at(i, b);
        values[a][b] /= static_cast<double>(count);
      }
      mean_variance += values[a][a] / static_cast<double>(width);
    }
    double spread = 0;
    double error = 0;
    for (std::size_t a = 0; a < width; ++a) {
      for (std::size_t b = 0; b < width; ++b) {
        spread += std::pow(values[a][b] - (a == b ? mean_variance : 0), 2);
        for (std::size_t i = 0; i < count; ++i) {
          error += std::pow(at(i, a) * at(i, b) - values[a][b], 2) /
                   std::pow(static_cast<double>(count), 2);
        }
      }
    }
    rho = std::min(1.0, error / spread);
  }
};

void expect_whitened(std::size_t rows, std::size_t width, std::size_t dimension) {
  const auto features = make_features(rows, width, std::min(width, rows - 1));
  const DenseLayer layer = fit_whitened_pca(features, width, dimension);
  ASSERT_EQ(layer.in_features, static_cast<int>(width));
  ASSERT_EQ(layer.out_features, static_cast<int>(dimension));
  EXPECT_FALSE(layer.relu);
  const Rows embedded = embed(layer, features);
  const NaiveCovariance naive(features, width);
  double squared_length = 0;
  double factor = 0;  // between the weights and what the formula says, the same for every axis
  double before = 1e300;
  for (std::size_t a = 0; a < dimension; ++a) {
    double sum = 0;
    for (const auto& row : embedded) sum += row[a];
    EXPECT_NEAR(sum / static_cast<double>(rows), 0, 1e-4) << "axis " << a << " is not centred";
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NEAR(mean_product(embedded, a, b), 0, 1e-4) << a << " and " << b << " go together";
      EXPECT_NEAR(dot(layer, a, b) / std::sqrt(dot(layer, a, a) * dot(layer, b, b)), 0, 1e-4);
    }
    // Along the axis: an eigenvector of the naive covariance, with its variance.
    const double length = std::sqrt(dot(layer, a, a));
    double variance = 0;
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        variance += double{layer.weight[a * width + i]} * naive.values[i][j] *
                    layer.weight[a * width + j] / (length * length);
      }
    }
    EXPECT_LE(variance, before * (1 + 1e-6) + 1e-9 * naive.mean_variance)
        << "axis " << a << " varies more than the one before";
    before = variance;
    const double shrunk = (1 - naive.rho) * variance + naive.rho * naive.mean_variance;
    const double expected = std::pow(shrunk, -0.25);
    if (a == 0) factor = length / expected;
    EXPECT_NEAR(length / expected, factor, 1e-3 * factor) << "axis " << a;
    squared_length += mean_product(embedded, a, a);
  }
  EXPECT_NEAR(squared_length, 1, 1e-4);
}

TEST(FeatureHeadTest, TurnsOntoTheAxesAndWhitensHalfWay) {
  expect_whitened(200, 24, 16);
  expect_whitened(64, 32, 32);
}

TEST(FeatureHeadTest, FewerImagesThanFeaturesDo) {
  expect_whitened(20, 48, 16);
  expect_whitened(12, 40, 32);  // 11 axes, the rest at right angles to them
}

TEST(FeatureHeadTest, TwoImagesAreEnough) {
  const auto features = make_features(2, 64, 1);
  const DenseLayer layer = fit_whitened_pca(features, 64, 64);
  for (std::size_t a = 0; a < 64; ++a) {
    for (std::size_t b = 0; b < a; ++b) EXPECT_NEAR(dot(layer, a, b), 0, 1e-4);
  }
  EXPECT_TRUE(std::ranges::all_of(layer.weight, [](float w) { return std::isfinite(w); }));
}

TEST(FeatureHeadTest, AFeatureThatNeverVariesIsNotMadeNoise) {
  auto features = make_features(100, 32, 20);
  for (std::size_t i = 0; i < features.size(); i += 32) {
    features[i + 5] = 7;
    features[i + 6] = 7 + 1e-5F * static_cast<float>(i % 3);
  }
  const DenseLayer layer = fit_whitened_pca(features, 32, 32);
  double longest = 0;
  for (std::size_t a = 0; a < 32; ++a) longest = std::max(longest, dot(layer, a, a));
  EXPECT_LT(longest, 200 * dot(layer, 0, 0));
}

TEST(FeatureHeadTest, TheSameFeaturesGiveTheSameHead) {
  const auto features = make_features(30, 48, 29);
  const DenseLayer one = fit_whitened_pca(features, 48, 48);
  const DenseLayer two = fit_whitened_pca(features, 48, 48);
  EXPECT_EQ(one.weight, two.weight);
  EXPECT_EQ(one.bias, two.bias);
}

TEST(FeatureHeadTest, RefusesWhatMakesNoSense) {
  const auto features = make_features(10, 32, 9);
  const auto code = [](const auto& work) { return test::error_of(work).code(); };
  EXPECT_EQ(code([&] { fit_whitened_pca(features, 32, 20); }), ErrorCode::kUsage);
  EXPECT_EQ(code([&] { fit_whitened_pca(features, 32, 48); }), ErrorCode::kUsage);
  EXPECT_EQ(code([&] { fit_whitened_pca(std::span(features).first(33), 32, 16); }),
            ErrorCode::kUsage);
  const Error one =
      test::error_of([&] { fit_whitened_pca(std::span(features).first(32), 32, 16); });
  EXPECT_EQ(one.code(), ErrorCode::kBadInput);
  EXPECT_THAT(one.what(), HasSubstr("two images"));
  const std::vector<float> equal(320, 1.5F);
  EXPECT_THAT(test::error_of([&] { fit_whitened_pca(equal, 32, 16); }).what(),
              HasSubstr("the same"));
}

TEST(FeatureHeadTest, ARandomProjectionHasRightAngles) {
  const DenseLayer layer = random_projection(100, 48);
  for (std::size_t a = 0; a < 48; ++a) {
    EXPECT_NEAR(dot(layer, a, a), 1, 1e-5);
    for (std::size_t b = 0; b < a; ++b) EXPECT_NEAR(dot(layer, a, b), 0, 1e-5);
  }
  EXPECT_EQ(layer.bias, std::vector<float>(48));
  EXPECT_EQ(test::code_of([] { random_projection(32, 48); }), ErrorCode::kUsage);
}

TEST(FeatureHeadTest, TheIdentityChangesNothing) {
  const auto features = make_features(3, 32, 2);
  const Rows same = embed(identity_head(32), features);
  for (std::size_t i = 0; i < features.size(); ++i) EXPECT_EQ(same[i / 32][i % 32], features[i]);
  EXPECT_EQ(test::code_of([] { identity_head(1280); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
