#include "encoder/model/pca.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "simdb/error.h"

namespace simdb {
namespace {

// Rows around the pole of the last axis that vary with amplitude 0.4, 0.2, 0.1 along axes 5, 2, 9.
EmbeddingBatch ellipsoid(std::size_t rows) {
  std::mt19937 random(7);
  const auto next = [&] { return static_cast<float>(random() / 4294967296.0 * 2 - 1); };
  EmbeddingBatch batch(16);
  for (std::size_t i = 0; i < rows; ++i) {
    std::array<float, 16> row{};
    row[5] = 0.4f * next();
    row[2] = 0.2f * next();
    row[9] = 0.1f * next();
    row[15] = std::sqrt(1 - row[5] * row[5] - row[2] * row[2] - row[9] * row[9]);
    batch.append_normalized(row);
  }
  return batch;
}

TEST(PrincipalComponents, FindsTheAxesOfAnEllipsoidInOrder) {
  const EmbeddingBatch batch = ellipsoid(4000);
  const PrincipalComponents result = principal_components(batch, 3);
  ASSERT_EQ(result.projections.size(), 4000 * 3);
  constexpr std::array kAxes = {5, 2, 9};
  std::array<double, 3> mean{};
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    for (int c = 0; c < 3; ++c) mean[c] += batch.row(i)[kAxes[c]] / 4000.0;
  }
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    for (int c = 0; c < 3; ++c) {
      EXPECT_NEAR(result.projections[i * 3 + c], batch.row(i)[kAxes[c]] - mean[c], 0.03);
    }
  }
}

TEST(PrincipalComponents, ExplainsVarianceInFallingShares) {
  const EmbeddingBatch batch = ellipsoid(2000);
  const PrincipalComponents all = principal_components(batch, 16);
  float sum = 0;
  for (std::size_t c = 0; c < 16; ++c) {
    sum += all.explained[c];
    if (c > 0) {
      EXPECT_LE(all.explained[c], all.explained[c - 1]);
    }
  }
  EXPECT_NEAR(sum, 1, 1e-4);
  EXPECT_NEAR(all.explained[0], 16.0 / 21, 0.03);  // variances 16 : 4 : 1
  EXPECT_NEAR(all.explained[1], 4.0 / 21, 0.03);
  EXPECT_EQ(principal_components(batch, 2).explained[0], all.explained[0]);
}

TEST(PrincipalComponents, PadsWithZerosWhereRowsAreFew) {
  const PrincipalComponents two = principal_components(ellipsoid(2), 3);
  ASSERT_EQ(two.projections.size(), 6);
  EXPECT_NEAR(two.explained[0], 1, 1e-4);
  EXPECT_NEAR(std::abs(two.projections[0]), std::abs(two.projections[3]), 1e-5);
  EXPECT_NEAR(two.projections[2], 0, 1e-5);

  const PrincipalComponents one = principal_components(ellipsoid(1), 3);
  EXPECT_EQ(one.projections, std::vector<float>(3, 0.0f));
  EXPECT_EQ(one.explained, std::vector<float>(3, 0.0f));
  EXPECT_TRUE(principal_components(EmbeddingBatch(16), 3).projections.empty());
}

TEST(PrincipalComponents, EqualRowsExplainNothing) {
  EmbeddingBatch batch(16);
  std::array<float, 16> row{};
  row[0] = 0.6f;
  row[1] = 0.8f;
  for (int i = 0; i < 50; ++i) batch.append_normalized(row);
  const PrincipalComponents result = principal_components(batch, 3);
  EXPECT_EQ(result.projections, std::vector<float>(150, 0.0f));
  EXPECT_EQ(result.explained, std::vector<float>(3, 0.0f));
}

TEST(PrincipalComponents, RefusesMoreComponentsThanDimensions) {
  EXPECT_THROW(principal_components(ellipsoid(5), 0), Error);
  EXPECT_THROW(principal_components(ellipsoid(5), 17), Error);
}

}  // namespace
}  // namespace simdb
