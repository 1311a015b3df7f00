#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "index/clustering_internal.h"
#include "index/kernels_internal.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::clustered_embeddings;
using test::corner_embeddings;

std::vector<float> cluster(const EmbeddingBatch& rows, std::size_t count, std::size_t threads = 1) {
  return simdb::cluster(rows.values().data(), rows.rows(), rows.dimension(), count, threads);
}

// Found from unit centroids alone: searches take their scores for cosines.
void expect_unit(const std::vector<float>& centroids, std::size_t count, std::size_t dimension) {
  ASSERT_EQ(centroids.size(), count * dimension);
  for (std::size_t c = 0; c < count; ++c) {
    double squared = 0;
    for (std::size_t d = 0; d < dimension; ++d) {
      const double value = centroids[c * dimension + d];
      squared += value * value;
    }
    ASSERT_NEAR(std::sqrt(squared), 1, 3e-7) << "centroid " << c << " of " << count;
  }
}

EmbeddingBatch with_length(const EmbeddingBatch& unit, float length) {
  EmbeddingBatch rows(unit.dimension());
  std::vector<float> values(unit.dimension());
  for (std::size_t r = 0; r < unit.rows(); ++r) {
    std::ranges::transform(unit.row(r), values.begin(), [&](float v) { return v * length; });
    rows.append_unit(values);
  }
  return rows;
}

// An axis and its opposite: their mean is zero.
EmbeddingBatch opposite_embeddings(std::size_t rows) {
  EmbeddingBatch embeddings(16);
  std::vector<float> values(16);
  for (std::size_t r = 0; r < rows; ++r) {
    values[5] = r % 2 == 0 ? 1.0F : -1.0F;
    embeddings.append_unit(values);
  }
  return embeddings;
}

TEST(ClusterTest, CentroidsHaveUnitLength) {
  for (const std::size_t dimension : {3, 16, 64, 100, 512}) {
    for (const std::size_t count : {1, 2, 15, 40}) {
      expect_unit(cluster(clustered_embeddings(400, dimension, 10, 1), count), count, dimension);
    }
  }
  expect_unit(cluster(corner_embeddings(3000, 1), 70), 70, 16);
}

TEST(ClusterTest, CentroidsHaveUnitLengthWhateverTheRowsAreLike) {
  expect_unit(cluster(axis_embeddings(200, 16, 3), 7), 7, 16);
  expect_unit(cluster(opposite_embeddings(2), 1), 1, 16);
  expect_unit(cluster(opposite_embeddings(200), 1), 1, 16);
  expect_unit(cluster(opposite_embeddings(200), 9), 9, 16);
  // As many clusters as rows, which are a little too long.
  expect_unit(cluster(with_length(clustered_embeddings(5, 16, 5, 1), 1.0009F), 5), 5, 16);
  expect_unit(cluster(with_length(axis_embeddings(1, 16, 2), 1.0009F), 1), 1, 16);
}

TEST(ClusterTest, TheSameRowsMakeTheSameCentroids) {
  const auto rows = clustered_embeddings(5000, 16, 30, 1);
  const auto once = cluster(rows, 60, 1);
  EXPECT_EQ(cluster(rows, 60, 1), once);
  EXPECT_EQ(cluster(rows, 60, 4), once);
}

TEST(ClusterTest, FindsGroupsThatAreThere) {
  const auto rows = clustered_embeddings(3000, 16, 8, 2);
  const auto centroids = cluster(rows, 30);
  const auto nearest = assign(rows.values().data(), 3000, 16, centroids, 2);
  double sum = 0;
  for (std::size_t r = 0; r < 3000; ++r) {
    sum += similarity(rows.row(r), std::span(centroids).subspan(nearest[r] * 16, 16));
  }
  EXPECT_GT(sum / 3000, 0.92);  // of random rows about 0.6
}

TEST(AssignTest, EveryRowGetsItsNearestCentroid) {
  for (const std::size_t count : {1, 3, 16, 50}) {
    for (const std::size_t rows : {1, 5, 1023, 1024, 1027, 3001}) {
      const auto embeddings = clustered_embeddings(rows, 32, 10, rows);
      const auto centroids = clustered_embeddings(count, 32, 10, 1);
      const std::vector<float> values(centroids.values().begin(), centroids.values().end());
      const auto nearest = assign(embeddings.values().data(), rows, 32, values, 1);
      ASSERT_EQ(assign(embeddings.values().data(), rows, 32, values, 3), nearest);
      ASSERT_EQ(nearest.size(), rows);
      for (std::size_t r = 0; r < rows; ++r) {
        float best = -2;
        for (std::size_t c = 0; c < count; ++c) {
          best = std::max(best, similarity(embeddings.row(r), centroids.row(c)));
        }
        ASSERT_LT(nearest[r], count);
        ASSERT_GE(similarity(embeddings.row(r), centroids.row(nearest[r])),
                  best - 2 * score_error(32));
      }
    }
  }
}

}  // namespace
}  // namespace simdb
