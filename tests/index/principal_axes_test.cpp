#include "index/principal_axes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/support/embeddings.h"

namespace simdb {
namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

std::span<const float> direction(const PrincipalAxes& axes, std::size_t axis) {
  return std::span(axes.directions).subspan(axis * axes.dimension, axes.dimension);
}

// The mean square of what lies along a direction.
double spread_along(const EmbeddingBatch& rows, const PrincipalAxes& axes,
                    std::span<const float> along) {
  double sum = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const double at = dot(rows.row(row), along) - dot(axes.mean, along);
    sum += at * at;
  }
  return sum / static_cast<double>(rows.rows());
}

TEST(PrincipalAxesTest, NoDirectionSpreadsMoreThanTheFirst) {
  const EmbeddingBatch rows = test::clustered_embeddings(500, 16, 5, 1);
  const PrincipalAxes axes = principal_axes(rows, 3);
  ASSERT_EQ(axes.count(), 3U);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      EXPECT_NEAR(dot(direction(axes, a), direction(axes, b)), a == b ? 1 : 0, 1e-5);
    }
  }
  double before = spread_along(rows, axes, direction(axes, 0));
  const EmbeddingBatch others = test::random_embeddings(2000, 16, 2);
  for (std::size_t i = 0; i < others.rows(); ++i) {
    EXPECT_LE(spread_along(rows, axes, others.row(i)), before * (1 + 1e-5));
  }
  for (std::size_t axis = 1; axis < 3; ++axis) {
    const double spread = spread_along(rows, axes, direction(axes, axis));
    EXPECT_LE(spread, before * (1 + 1e-5));
    before = spread;
  }
}

TEST(PrincipalAxesTest, PointsOnAPlaneHaveTwoAxes) {
  const PrincipalAxes axes = principal_axes(test::at_degrees({0, 20, 90, 91, 200, 310}), 2);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    for (std::size_t i = 2; i < 16; ++i) EXPECT_NEAR(direction(axes, axis)[i], 0, 1e-5);
    const auto largest = std::ranges::max_element(direction(axes, axis), {},
                                                  [](float value) { return std::abs(value); });
    EXPECT_GT(*largest, 0.5F);
  }
}

TEST(PrincipalAxesTest, FewRowsSpreadAlongFewAxes) {
  for (const std::size_t dimension : {16U, 512U}) {
    EmbeddingBatch rows(dimension);
    EXPECT_EQ(principal_axes(rows, 3).count(), 3U);
    const EmbeddingBatch some = test::random_embeddings(2, dimension, 4);
    rows.append_unit(some.row(0));
    for (const float value : principal_axes(rows, 3).directions) EXPECT_EQ(value, 0);
    rows.append_unit(some.row(0));
    for (const float value : principal_axes(rows, 3).directions) EXPECT_EQ(value, 0);
    rows.append_unit(some.row(1));
    const PrincipalAxes axes = principal_axes(rows, 3);
    std::vector<float> apart(dimension);
    for (std::size_t i = 0; i < dimension; ++i) apart[i] = some.row(0)[i] - some.row(1)[i];
    EXPECT_NEAR(std::abs(dot(direction(axes, 0), apart)), std::sqrt(dot(apart, apart)), 1e-4);
    for (const float value : axes.directions) EXPECT_TRUE(std::isfinite(value));
    for (std::size_t axis = 1; axis < 3; ++axis) {
      EXPECT_NEAR(spread_along(rows, axes, direction(axes, axis)), 0, 1e-5);
    }
  }
  EXPECT_EQ(principal_axes(test::random_embeddings(10, 2, 1), 3).count(), 2U);
}

}  // namespace
}  // namespace simdb
