#include "core/class_mean.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simdb/error.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

TEST(ClassMeanTest, NoEmbeddingsHaveNoDirection) {
  EXPECT_FALSE(ClassMean(16).direction().has_value());
}

TEST(ClassMeanTest, OneEmbeddingIsItsMean) {
  const EmbeddingBatch rows = test::random_embeddings(1, 32, 3);
  ClassMean mean(32);
  mean.add(rows.row(0));
  EXPECT_NEAR(similarity(mean.direction()->values(), rows.row(0)), 1, 1e-6);
}

TEST(ClassMeanTest, IsTheSumScaledToLengthOne) {
  const EmbeddingBatch rows = test::random_embeddings(20, 16, 5);
  ClassMean mean(16);
  std::vector<double> sum(16);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    mean.add(rows.row(row));
    for (std::size_t i = 0; i < 16; ++i) sum[i] += static_cast<double>(rows.row(row)[i]);
  }
  double square = 0;
  for (const double value : sum) square += value * value;
  const auto direction = mean.direction();
  ASSERT_TRUE(direction.has_value());
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(direction->values()[i], static_cast<float>(sum[i] / std::sqrt(square)));
  }
}

TEST(ClassMeanTest, OppositesHaveNoDirection) {
  const EmbeddingBatch rows = test::random_embeddings(1, 16, 7);
  std::vector<float> opposite(rows.row(0).begin(), rows.row(0).end());
  for (float& value : opposite) value = -value;
  ClassMean mean(16);
  mean.add(rows.row(0));
  mean.add(opposite);
  EXPECT_FALSE(mean.direction().has_value());
}

TEST(ClassMeanTest, RefusesAnotherDimension) {
  ClassMean mean(16);
  EXPECT_THROW(mean.add(test::random_embeddings(1, 32, 1).row(0)), Error);
}

}  // namespace
}  // namespace simdb
