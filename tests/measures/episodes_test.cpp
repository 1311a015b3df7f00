#include "measures/episodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::at_degrees;
using test::error_of;
using ::testing::HasSubstr;

TEST(EpisodesTest, SeparatedClassesAreAlwaysRight) {
  const auto score =
      score_episodes(at_degrees({0, 1, 50, 51, 100, 101}), std::vector{0, 0, 1, 1, 2, 2},
                     {.ways = 3, .shots = 1, .episodes = 50});
  EXPECT_DOUBLE_EQ(score.accuracy, 1);
  EXPECT_DOUBLE_EQ(score.interval95, 0);
}

TEST(EpisodesTest, TheQueryIsNeverItsOwnSupport) {
  // Every image's only companion lies on the other class's side: always wrong, but for a query
  // that could find itself.
  const auto score = score_episodes(at_degrees({0, 90, 1, 91}), std::vector{0, 0, 1, 1},
                                    {.ways = 2, .shots = 1, .episodes = 200});
  // Support (0, 1) or (90, 91) by chance: one query right at most; (0, 91) and (90, 1): none.
  EXPECT_LT(score.accuracy, 0.5);
}

TEST(EpisodesTest, AccuracyAndIntervalByHand) {
  // Class 0 = {0, 40}, class 1 = {30, 70}. Supports (0, 30): queries 40 -> 1, wrong; 70 -> right.
  // (0, 70): 40 -> 70 (30 away), wrong; 30 -> 0 (30 away) or 70 (40): wrong. (40, 30): 0 -> 30,
  // wrong; 70 -> 40, wrong. (40, 70): 0 -> right; 30 -> 40, wrong. So episodes have accuracy
  // 1/2, 0, 0, 1/2, equally likely.
  const EpisodeOptions options{.ways = 2, .shots = 1, .episodes = 4000, .seed = 2};
  const auto score = score_episodes(at_degrees({0, 40, 30, 70}), std::vector{0, 0, 1, 1}, options);
  EXPECT_NEAR(score.accuracy, 0.25, 0.015);
  const double p = score.accuracy * 2;  // how many of the episodes have 1/2
  const double deviation = 0.5 * std::sqrt(p * (1 - p) * 4000 / 3999);
  EXPECT_NEAR(score.interval95, 1.96 * deviation / std::sqrt(4000), 1e-9);
}

TEST(EpisodesTest, MoreShotsVoteAsADatabaseDoes) {
  // Class 0 is close together, class 1 has two looks: the mean of its 2 and 88 is near to neither.
  // By class means the query at 0 or 90 would go to class 0 at 40 and 50; its nearest two are its
  // own.
  const auto labels = std::vector{0, 0, 0, 0, 1, 1, 1, 1};
  const auto rows = at_degrees({40, 44, 46, 50, 0, 2, 88, 90});
  const EpisodeOptions options{.ways = 2, .shots = 3, .episodes = 200, .seed = 4};
  EXPECT_DOUBLE_EQ(score_episodes(rows, labels, options).accuracy, 1);
}

TEST(EpisodesTest, ParentsKeepAnEpisodeTogether) {
  // Classes 0 and 2 coincide, and so do 1 and 3, but never within a parent.
  const auto rows = at_degrees({0, 1, 90, 91, 0, 1, 90, 91, 45, 46});
  const auto labels = std::vector{0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  const EpisodeOptions options{.ways = 2, .shots = 1, .episodes = 300};
  EXPECT_DOUBLE_EQ(score_episodes(rows, labels, options, std::vector{0, 0, 1, 1, 2}).accuracy, 1);
  EXPECT_LT(score_episodes(rows, labels, options).accuracy, 0.95);
  const Error error = error_of(
      [&] { score_episodes(rows, labels, {.ways = 3, .shots = 1}, std::vector{0, 0, 1, 1, 2}); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("only 2 such"));
}

TEST(EpisodesTest, ParentsThatTakePartAreCounted) {
  const auto rows = at_degrees({0, 1, 90, 91, 0, 1, 90, 91, 45, 46});
  const auto labels = std::vector{0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  const EpisodeOptions options{.ways = 2, .shots = 1, .episodes = 3};
  EXPECT_EQ(score_episodes(rows, labels, options, std::vector{0, 0, 1, 1, 2}).pools, 2U);
  EXPECT_EQ(score_episodes(rows, labels, options).pools, 1U);
}

TEST(EpisodesTest, SupportAndQueriesMayBeTwoSets) {
  // The queries of class 0 lie beside the support of class 1 and the other way round; among
  // themselves they are told apart.
  const auto support = at_degrees({0, 2, 90, 92, 45});
  const auto support_labels = std::vector{0, 0, 1, 1, 2};
  const auto queries = at_degrees({80, 81, 10, 11, 46});
  const auto labels = std::vector{0, 0, 1, 1, 3};
  const EpisodeOptions options{.ways = 2, .shots = 2, .episodes = 40};
  EXPECT_EQ(score_episodes({support, support_labels}, {queries, labels}, options).accuracy, 0);
  EXPECT_EQ(score_episodes({support, support_labels}, {support, support_labels}, options).accuracy,
            1);  // all items are support, and an item finds itself
  // Class 2 has no query, class 3 no support.
  const Error error = error_of([&] {
    score_episodes({support, support_labels}, {queries, labels}, {.ways = 3, .shots = 1});
  });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("only 2 such"));
  EXPECT_EQ(error_of([&] {
              score_episodes({support, support_labels}, {queries, labels}, {.ways = 2, .shots = 3});
            }).code(),
            ErrorCode::kBadInput);
  EXPECT_EQ(error_of([&] {
              score_episodes({EmbeddingBatch(32), {}}, {queries, labels}, options);
            }).code(),
            ErrorCode::kUsage);
}

TEST(EpisodesTest, StopsWhenToldTo) {
  const auto rows = at_degrees({0, 1, 50, 51});
  std::size_t played = 0;
  const auto score =
      score_episodes(rows, std::vector{0, 0, 1, 1}, {.ways = 2, .shots = 1, .episodes = SIZE_MAX},
                     {}, [&](std::size_t done) {
                       played = done;
                       return done < 7;
                     });
  EXPECT_EQ(played, 7U);
  EXPECT_EQ(score.accuracy, 1);
}

TEST(EpisodesTest, SeedsDecide) {
  const EmbeddingBatch rows = test::random_embeddings(60, 16, 1);
  std::vector<int> labels(60);
  for (int i = 0; i < 60; ++i) labels[static_cast<std::size_t>(i)] = i / 6;
  const auto accuracy = [&](std::uint64_t seed) {
    return score_episodes(rows, labels, {.ways = 5, .shots = 2, .episodes = 40, .seed = seed})
        .accuracy;
  };
  EXPECT_EQ(accuracy(1), accuracy(1));
  EXPECT_NE(accuracy(1), accuracy(2));
}

TEST(EpisodesTest, ACollapsedEncoderScoresChance) {
  std::vector<int> labels(40);
  for (int i = 0; i < 40; ++i) labels[static_cast<std::size_t>(i)] = i / 4;
  const auto score =
      score_episodes(test::axis_embeddings(40, 16, 0), labels, {.ways = 5, .shots = 1});
  EXPECT_DOUBLE_EQ(score.accuracy, 0.2);
}

TEST(EpisodesTest, RefusesWhatCanNotBeDrawn) {
  const auto rows = at_degrees({0, 1, 50, 51});
  const auto labels = std::vector{0, 0, 1, -1};
  const auto code = [&](EpisodeOptions options, const std::vector<int>& parents = {}) {
    return error_of([&] { score_episodes(rows, labels, options, parents); }).code();
  };
  EXPECT_EQ(code({.ways = 2, .shots = 1}), ErrorCode::kBadInput);  // -1 is no class
  EXPECT_EQ(code({.ways = 1, .shots = 1}), ErrorCode::kUsage);
  EXPECT_EQ(code({.ways = 2, .shots = 0}), ErrorCode::kUsage);
  EXPECT_EQ(code({.ways = 2, .shots = 1, .episodes = 0}), ErrorCode::kUsage);
  EXPECT_EQ(code({.ways = 2, .shots = 1}, {0}), ErrorCode::kUsage);
  EXPECT_EQ(error_of([&] { score_episodes(rows, std::vector{0}, {}); }).code(), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
