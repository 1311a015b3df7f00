#include "database/classifier.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/vote.h"

namespace simdb {
namespace {

LabeledNeighbor neighbor(std::uint64_t id, float similarity, const char* class_name) {
  return {ItemId{id}, similarity, class_name, ""};
}

double total(const std::vector<ClassScore>& ranking) {
  double sum = 0;
  for (const ClassScore& score : ranking) sum += score.score;
  return sum;
}

TEST(ClassifierTest, NobodyVotesForNothing) { EXPECT_TRUE(vote({}).empty()); }

TEST(ClassifierTest, OneNeighbourDecides) {
  const auto ranking = vote(std::vector{neighbor(1, -0.9F, "cat")});
  ASSERT_EQ(ranking.size(), 1U);
  EXPECT_EQ(ranking[0].class_name, "cat");
  EXPECT_EQ(ranking[0].score, 1.0);
}

TEST(ClassifierTest, SharesAreTheDocumentedWeights) {
  const auto ranking = vote(
      std::vector{neighbor(1, 0.9F, "cat"), neighbor(2, 0.8F, "dog"), neighbor(3, 0.7F, "dog")});
  const auto weight = [](float similarity) { return std::exp(similarity / kVoteTemperature); };
  const double cat = weight(0.9F);
  const double dog = weight(0.8F) + weight(0.7F);
  ASSERT_EQ(ranking.size(), 2U);
  EXPECT_EQ(ranking[0].class_name, "cat");
  EXPECT_NEAR(ranking[0].score, cat / (cat + dog), 1e-12);
  EXPECT_NEAR(ranking[1].score, dog / (cat + dog), 1e-12);
}

TEST(ClassifierTest, OneNearImageOutvotesNineDistantOnes) {
  std::vector<LabeledNeighbor> neighbors{neighbor(1, 0.95F, "new class")};
  for (std::uint64_t id = 2; id <= 10; ++id) neighbors.push_back(neighbor(id, 0.7F, "old class"));
  EXPECT_EQ(vote(neighbors).front().class_name, "new class");
}

TEST(ClassifierTest, ManyNearlyAsNearOutvoteOne) {
  std::vector<LabeledNeighbor> neighbors{neighbor(1, 0.95F, "outlier")};
  for (std::uint64_t id = 2; id <= 10; ++id) neighbors.push_back(neighbor(id, 0.94F, "class"));
  EXPECT_EQ(vote(neighbors).front().class_name, "class");
}

TEST(ClassifierTest, EqualSharesGoToTheNearerNeighbour) {
  const std::vector<LabeledNeighbor> neighbors{neighbor(1, 0.5F, "z"), neighbor(2, 0.5F, "a"),
                                               neighbor(3, 0.5F, "m")};
  const auto ranking = vote(neighbors);
  ASSERT_EQ(ranking.size(), 3U);
  EXPECT_EQ(ranking[0].class_name, "z");
  EXPECT_EQ(ranking[1].class_name, "a");
  EXPECT_EQ(ranking[2].class_name, "m");
  EXPECT_EQ(ranking[0].score, ranking[2].score);
}

TEST(ClassifierTest, SharesSumToOneOverTheWholeRange) {
  std::vector<LabeledNeighbor> neighbors;
  for (int i = 0; i <= 200; ++i) {
    neighbors.push_back(neighbor(static_cast<std::uint64_t>(i), 1 - 0.01F * static_cast<float>(i),
                                 i % 3 == 0 ? "a" : "b"));
  }
  EXPECT_NEAR(total(vote(neighbors)), 1, 1e-12);
}

}  // namespace
}  // namespace simdb
