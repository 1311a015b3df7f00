#include "measures/hard_examples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "simdb/error.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

/// Unit vectors in a plane, by their angles in degrees.
EmbeddingBatch at_angles(const std::vector<double>& degrees) {
  EmbeddingBatch rows(16);
  for (const double angle : degrees) {
    std::vector<float> row(16);
    row[0] = static_cast<float>(std::cos(angle * std::numbers::pi / 180));
    row[1] = static_cast<float>(std::sin(angle * std::numbers::pi / 180));
    rows.append_normalized(row);
  }
  return rows;
}

float cosine(double degrees) {
  return static_cast<float>(std::cos(degrees * std::numbers::pi / 180));
}

// Class 0 at 0, 10 and 60 degrees, class 1 at 50 and 130, class 2 alone at 180.
const std::vector<int> kLabels = {0, 0, 0, 1, 1, 2};
EmbeddingBatch three_classes() { return at_angles({0, 10, 60, 50, 130, 180}); }

TEST(HardExamplesTest, FindsTheNeighborsOfEveryRow) {
  const auto neighbors = find_neighbors(three_classes(), kLabels);
  ASSERT_EQ(neighbors.size(), 6U);
  EXPECT_EQ(neighbors[0].nearest.row, 1U);
  EXPECT_NEAR(neighbors[0].nearest.similarity, cosine(10), 1e-6);
  EXPECT_EQ(neighbors[0].nearest_negative.row, 3U);
  EXPECT_NEAR(neighbors[0].nearest_negative.similarity, cosine(50), 1e-6);
  EXPECT_EQ(neighbors[0].farthest_positive.row, 2U);
  EXPECT_NEAR(neighbors[0].farthest_positive.similarity, cosine(60), 1e-6);
  EXPECT_EQ(neighbors[4].nearest.row, 5U);
  EXPECT_EQ(neighbors[5].nearest.row, 4U);
  EXPECT_EQ(neighbors[5].farthest_positive.row, RowNeighbors::kNone);
}

TEST(HardExamplesTest, TiesGoToTheLowerRow) {
  const auto neighbors = find_neighbors(at_angles({0, 0, 0}), std::vector<int>{0, 1, 1});
  EXPECT_EQ(neighbors[0].nearest_negative.row, 1U);
  EXPECT_EQ(neighbors[1].nearest.row, 0U);
  EXPECT_EQ(neighbors[2].nearest.row, 0U);
}

TEST(HardExamplesTest, TheWorstTripletComesFirstAndNoPositiveTwice) {
  const auto neighbors = find_neighbors(three_classes(), kLabels);
  const auto hardest = hardest_triplets(neighbors, 10);
  // Violations: rows 2 and 3 have cos 10 against cos 60 and cos 80, row 4 cos 50 against cos 80,
  // row 0 cos 50 against cos 60, row 1 cos 40 against cos 50. Row 4 repeats the pair of row 3 and
  // row 0 that of row 2.
  ASSERT_EQ(hardest.size(), 3U);
  EXPECT_EQ(hardest[0].anchor, 3U);
  EXPECT_EQ(hardest[0].positive, 4U);
  EXPECT_EQ(hardest[0].negative, 2U);
  EXPECT_NEAR(hardest[0].violation(), cosine(10) - cosine(80), 1e-6);
  EXPECT_EQ(hardest[1].anchor, 2U);
  EXPECT_EQ(hardest[1].positive, 0U);
  EXPECT_EQ(hardest[1].negative, 3U);
  EXPECT_EQ(hardest[2].anchor, 1U);
  EXPECT_EQ(hardest[2].positive, 2U);
  EXPECT_EQ(hardest_triplets(neighbors, 1).size(), 1U);
}

TEST(HardExamplesTest, ClassesWithTheMostSimilarMeansComeFirst) {
  const EmbeddingBatch rows = three_classes();
  const auto pairs = confusable_classes(rows, kLabels, find_neighbors(rows, kLabels), 10);
  ASSERT_EQ(pairs.size(), 3U);
  const double mean0 =
      std::atan2(std::sin(10 * std::numbers::pi / 180) + std::sin(60 * std::numbers::pi / 180),
                 1 + cosine(10) + cosine(60)) *
      180 / std::numbers::pi;
  // Means: class 0 at about 22.6 degrees, class 1 at 90, class 2 at 180.
  EXPECT_EQ(pairs[0].first, 0);
  EXPECT_EQ(pairs[0].second, 1);
  EXPECT_NEAR(pairs[0].similarity, cosine(90 - mean0), 1e-6);
  EXPECT_EQ(pairs[0].first_row, 1U);
  EXPECT_EQ(pairs[0].confused, 2U);  // rows 2 and 3
  EXPECT_EQ(pairs[0].rows, 5U);
  EXPECT_EQ(pairs[1].first, 1);
  EXPECT_EQ(pairs[1].second, 2);
  EXPECT_NEAR(pairs[1].similarity, 0, 1e-6);
  EXPECT_EQ(pairs[1].second_row, 5U);
  EXPECT_EQ(pairs[1].confused, 2U);  // rows 4 and 5
  EXPECT_EQ(pairs[2].confused, 0U);
  EXPECT_EQ(confusable_classes(rows, kLabels, find_neighbors(rows, kLabels), 1).size(), 1U);
}

TEST(HardExamplesTest, OneClassOrOneRowHasNoHardExamples) {
  const EmbeddingBatch rows = at_angles({0, 10});
  const std::vector<int> one_class = {4, 4};
  const auto neighbors = find_neighbors(rows, one_class);
  EXPECT_TRUE(hardest_triplets(neighbors, 5).empty());
  EXPECT_TRUE(confusable_classes(rows, one_class, neighbors, 5).empty());
  EXPECT_EQ(find_neighbors(at_angles({0}), std::vector<int>{1})[0].nearest.row,
            RowNeighbors::kNone);
}

TEST(HardExamplesTest, EveryRowNeedsALabel) {
  EXPECT_EQ(test::error_of([] { find_neighbors(three_classes(), std::vector<int>{1}); }).code(),
            ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
