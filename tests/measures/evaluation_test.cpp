#include "measures/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>

#include "core/class_mean.h"
#include "core/vote.h"
#include "simdb/error.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::at_degrees;

TEST(EvaluationTest, RecallAtK) {
  const RankedLabels ranked{.query_label = 3, .relevant = 2, .neighbor_labels = {1, 2, 3, 3}};
  EXPECT_EQ(first_hit(ranked), 3U);
  EXPECT_EQ(recall_at_k(ranked, 0), 0);
  EXPECT_EQ(recall_at_k(ranked, 2), 0);
  EXPECT_EQ(recall_at_k(ranked, 3), 1);
  EXPECT_EQ(recall_at_k(ranked, 100), 1);
  EXPECT_EQ(first_hit({.query_label = 3, .relevant = 1, .neighbor_labels = {1}}), 0U);
  EXPECT_EQ(recall_at_k({.query_label = 3, .relevant = 1, .neighbor_labels = {}}, 1), 0);
}

TEST(EvaluationTest, AveragePrecisionAtR) {
  const auto map = [](std::size_t relevant, std::vector<int> neighbors) {
    return average_precision_at_r({1, relevant, std::move(neighbors)});
  };
  EXPECT_DOUBLE_EQ(map(3, {1, 1, 1}), 1);
  EXPECT_DOUBLE_EQ(map(3, {1, 0, 1}), (1 + 2.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(map(3, {0, 0, 1}), (1.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(map(2, {0, 0, 1, 1}), 0);  // only the first R count
  EXPECT_DOUBLE_EQ(map(0, {1, 1}), 0);
  EXPECT_DOUBLE_EQ(map(4, {1}), 0.25);  // a short list
}

TEST(EvaluationTest, LeaveOneOutByHand) {
  const auto score = leave_one_out(at_degrees({0, 10, 30}), std::vector{7, 8, 7});
  // 8 occurs once and is no query. 0 finds 8 first; 30 finds 8 first; R = 1.
  EXPECT_DOUBLE_EQ(score.recall_at_1, 0);
  EXPECT_DOUBLE_EQ(score.map_at_r, 0);

  const auto other = leave_one_out(at_degrees({0, 10, 30, 100}), std::vector{7, 7, 7, 8});
  EXPECT_DOUBLE_EQ(other.recall_at_1, 1);
  EXPECT_DOUBLE_EQ(other.map_at_r, 1);

  const auto mixed = leave_one_out(at_degrees({0, 10, 35, 30}), std::vector{1, 1, 1, 2});
  // 0 -> 10 (a), 30 (b): 1/2. 10 -> 0 (a), 30 (b): 1/2. 35 -> 30 (b), 10 (a): 1/4.
  EXPECT_DOUBLE_EQ(mixed.recall_at_1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(mixed.map_at_r, (0.5 + 0.5 + 0.25) / 3);
}

TEST(EvaluationTest, TiesGoToTheLowerRow) {
  const EmbeddingBatch gallery = at_degrees({40, 40, 40});
  const EmbeddingBatch query = at_degrees({40});
  EXPECT_EQ(query_against_gallery(query, std::vector{1}, gallery, std::vector{1, 2, 2}).recall_at_1,
            1);
  EXPECT_EQ(query_against_gallery(query, std::vector{1}, gallery, std::vector{2, 1, 1}).recall_at_1,
            0);
}

TEST(EvaluationTest, AQueryWhoseClassIsNotInTheGalleryCountsAsMissed) {
  const auto score = query_against_gallery(at_degrees({0, 90}), std::vector{1, 5},
                                           at_degrees({0, 90}), std::vector{1, 2});
  EXPECT_DOUBLE_EQ(score.recall_at_1, 0.5);
  EXPECT_DOUBLE_EQ(score.map_at_r, 0.5);
}

TEST(EvaluationTest, RowsWithoutAClassAreNoQueriesAndMatchNobody) {
  const auto score = leave_one_out(at_degrees({0, 1, 50, 60}), std::vector{-1, -1, 1, 1});
  EXPECT_DOUBLE_EQ(score.recall_at_1, 1);
  const auto distracted = leave_one_out(at_degrees({0, 10, 11}), std::vector{1, -1, 1});
  EXPECT_DOUBLE_EQ(distracted.recall_at_1, 0);
}

TEST(EvaluationTest, KnnAccuracyAndBalancedAccuracyByHand) {
  // Two images of class 1 and one of class 2 are nearer to the query than class 2's other one.
  const EmbeddingBatch gallery = at_degrees({10, 12, 5, 90});
  const std::vector labels = {1, 1, 2, 2};
  const EmbeddingBatch queries = at_degrees({0, 11, 13, 85});
  const auto results = look_up(queries, std::vector{2, 1, 1, 1}, gallery, labels, {.voters = 3});
  ASSERT_EQ(results.size(), 4U);
  // 0: the nearest is class 2, but the two of class 1 outvote it, as similarities are close.
  EXPECT_EQ(results[0].predicted, 1);
  EXPECT_EQ(results[0].recall_at_1, 1);
  EXPECT_NEAR(results[0].best_similarity, std::cos(5 * M_PI / 180), 1e-6);
  EXPECT_EQ(results[1].predicted, 1);
  EXPECT_EQ(results[3].predicted, 2);
  EXPECT_GT(results[3].confidence, 0.99);
  const RetrievalScore score = mean_of(results);
  EXPECT_DOUBLE_EQ(score.accuracy, 0.5);                         // right: 11 and 13
  EXPECT_DOUBLE_EQ(score.balanced_accuracy, (0 + 2.0 / 3) / 2);  // class 2: 0 of 1; class 1: 2 of 3
  EXPECT_DOUBLE_EQ(score.recall_at_1, 0.75);
  EXPECT_DOUBLE_EQ(
      look_up(queries, std::vector{2, 1, 1, 1}, gallery, labels, {.voters = 1})[0].predicted, 2);
}

TEST(EvaluationTest, VotesCountByTheSizesOfTheClasses) {
  // Two of four of class 1 at 2 degrees, one of two of class 2 at 3: 2/4 against little less than
  // 1/2; with a third far one of class 2, it has less than 1/3.
  const EmbeddingBatch queries = at_degrees({0});
  const auto vote = [&](std::initializer_list<double> degrees, const std::vector<int>& labels) {
    return look_up(queries, std::vector{1}, at_degrees(degrees), labels, {.voters = 3})[0];
  };
  const auto equal = vote({2, 2, 90, 90, 3, 90}, {1, 1, 1, 1, 2, 2});
  EXPECT_EQ(equal.predicted, 1);
  EXPECT_NEAR(equal.confidence, 0.5, 0.01);
  EXPECT_NEAR(vote({2, 2, 90, 90, 3, 90, 91}, {1, 1, 1, 1, 2, 2, 2}).confidence, 0.6, 0.01);
  EXPECT_EQ(vote({2, 2, 90, 90, 3}, {1, 1, 1, 1, 2}).predicted, 2);
}

TEST(EvaluationTest, AmongEachOtherAQueryIsNotOfItsClassesSize) {
  // The first row sees one other of its class and two of the other one, all as near: 1/1 against
  // 2/2. Were it counted itself, its class would have 1/2.
  const auto results = look_up_each_other(at_degrees({0, 1, -1, -1}), std::vector{1, 1, 2, 2});
  EXPECT_NEAR(results[0].confidence, 0.5, 1e-6);
}

TEST(EvaluationTest, WhatTheCheckThrowsEndsTheSearch) {
  struct Stop {};
  const EmbeddingBatch rows = test::random_embeddings(1000, 16, 1);
  std::atomic<int> calls = 0;
  const RetrievalOptions options{.threads = 2, .check = [&] {
                                   if (++calls == 50) throw Stop();
                                 }};
  EXPECT_THROW(look_up_each_other(rows, std::vector<int>(1000, 1), options), Stop);
  EXPECT_LT(calls, 200);
}

TEST(EvaluationTest, RecallAtFiveLooksAtFive) {
  const EmbeddingBatch gallery = at_degrees({1, 2, 3, 4, 5, 6});
  const auto at_five = [&](const std::vector<int>& labels) {
    return query_against_gallery(at_degrees({0}), std::vector{1}, gallery, labels).recall_at_5;
  };
  EXPECT_EQ(at_five({2, 3, 4, 5, 1, 6}), 1);
  EXPECT_EQ(at_five({2, 3, 4, 5, 6, 1}), 0);
}

TEST(EvaluationTest, ResultsNameTheirRows) {
  const auto results =
      look_up_each_other(at_degrees({0, 1, 2, 80, 81}), std::vector{4, 9, 4, -1, 4});
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].row, 0U);
  EXPECT_EQ(results[1].row, 2U);
  EXPECT_EQ(results[2].row, 4U);
  EXPECT_EQ(results[2].label, 4);
}

TEST(EvaluationTest, ThreadsDoNotChangeTheResult) {
  const EmbeddingBatch rows = test::clustered_embeddings(500, 16, 20, 3);
  std::vector<int> labels;
  for (int i = 0; i < 500; ++i) labels.push_back(i % 20);
  const auto one = leave_one_out(rows, labels, {.threads = 1});
  const auto many = leave_one_out(rows, labels, {.threads = 4});
  EXPECT_EQ(one.map_at_r, many.map_at_r);
  EXPECT_EQ(one.balanced_accuracy, many.balanced_accuracy);
}

TEST(EvaluationTest, NothingToScoreIsZero) {
  EXPECT_EQ(leave_one_out(EmbeddingBatch(16), {}).recall_at_1, 0);
  EXPECT_EQ(leave_one_out(at_degrees({0, 1}), std::vector{1, 2}).map_at_r, 0);
  const auto score = query_against_gallery(at_degrees({0}), std::vector{1}, EmbeddingBatch(16), {});
  EXPECT_EQ(score.recall_at_1, 0);
  EXPECT_EQ(score.accuracy, 0);
}

TEST(EvaluationTest, RefusesWhatDoesNotFit) {
  EXPECT_THROW(leave_one_out(at_degrees({0, 1}), std::vector{1}), Error);
  EXPECT_THROW(leave_one_out(at_degrees({0, 1}), std::vector{1, 1}, {.voters = 0}), Error);
  EXPECT_THROW(
      query_against_gallery(at_degrees({0}), std::vector{1}, at_degrees({0}), std::vector{1, 2}),
      Error);
  EXPECT_THROW(query_against_gallery(at_degrees({0}), std::vector{1}, EmbeddingBatch(32),
                                     std::vector<int>{}),
               Error);
}

// The definition, with a full sort and no shared code.
RetrievalScore naive_leave_one_out(const EmbeddingBatch& batch, const std::vector<int>& labels) {
  RetrievalScore mean;
  int queries = 0;
  for (std::size_t q = 0; q < batch.rows(); ++q) {
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      if (i != q) others.push_back(i);
    }
    std::stable_sort(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
      return similarity(batch.row(q), batch.row(a)) > similarity(batch.row(q), batch.row(b));
    });
    const auto relevant = std::count(labels.begin(), labels.end(), labels[q]) - 1;
    if (relevant == 0) continue;
    ++queries;
    mean.recall_at_1 += labels[others[0]] == labels[q];
    double sum = 0;
    for (std::ptrdiff_t i = 0; i < relevant; ++i) {
      if (labels[others[i]] != labels[q]) continue;
      const auto hits = std::count_if(others.begin(), others.begin() + i + 1,
                                      [&](std::size_t o) { return labels[o] == labels[q]; });
      sum += static_cast<double>(hits) / static_cast<double>(i + 1);
    }
    mean.map_at_r += sum / static_cast<double>(relevant);
  }
  mean.recall_at_1 /= queries;
  mean.map_at_r /= queries;
  return mean;
}

TEST(EvaluationTest, AgreesWithTheDefinitionOnRandomData) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 30; ++trial) {
    const std::size_t dimension = 16 * (1 + trial % 3);
    EmbeddingBatch batch(dimension);
    std::vector<int> labels;
    std::vector<float> values(dimension);
    for (int row = 0; row < 40; ++row) {
      for (float& value : values) value = static_cast<float>(random() % 2001) - 1000;
      batch.append_normalized(values);
      labels.push_back(static_cast<int>(random() % 6));
    }
    const RetrievalScore fast = leave_one_out(batch, labels);
    const RetrievalScore naive = naive_leave_one_out(batch, labels);
    EXPECT_NEAR(fast.recall_at_1, naive.recall_at_1, 1e-12);
    EXPECT_NEAR(fast.map_at_r, naive.map_at_r, 1e-12);
  }
}

// The vote of a query's k nearest rows, itself left out, with classes as they are without it.
LabelShare naive_winner(const EmbeddingBatch& batch, const std::vector<int>& labels, std::size_t q,
                        std::size_t k) {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    if (i != q) others.push_back(i);
  }
  std::stable_sort(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
    return similarity(batch.row(q), batch.row(a)) > similarity(batch.row(q), batch.row(b));
  });
  std::vector<Voter> voters;
  for (std::size_t n = 0; n < k; ++n) {
    const int label = labels[others[n]];
    ClassMean mean(batch.dimension());
    std::size_t size = 0;
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      if (i == q || labels[i] != label) continue;
      ++size;
      mean.add(batch.row(i));
    }
    voters.push_back({label, similarity(batch.row(q), batch.row(others[n])), size});
    if (label >= 0)
      voters.back().mean_similarity = similarity(batch.row(q), mean.direction()->values());
  }
  return weighted_vote(voters).front();
}

TEST(EvaluationTest, AmongEachOtherAQueryIsNoPartOfAMean) {
  std::mt19937 random(11);
  bool means_matter = false;
  for (int trial = 0; trial < 20; ++trial) {
    const EmbeddingBatch batch =
        test::clustered_embeddings(150, 16, 8, static_cast<std::uint64_t>(trial));
    std::vector<int> labels;
    for (int row = 0; row < 150; ++row) {
      // One class has more than a mean is used for, one a single row, some rows have no class.
      const auto drawn = random() % 100;
      labels.push_back(row == 0     ? 50
                       : drawn < 5  ? -1
                       : drawn < 52 ? 7
                                    : static_cast<int>(drawn) % 5);
    }
    for (const QueryResult& result : look_up_each_other(batch, labels, {.threads = 1})) {
      const LabelShare expected = naive_winner(batch, labels, result.row, 10);
      EXPECT_EQ(result.predicted, expected.label);
      EXPECT_NEAR(result.confidence, expected.share, 1e-4);
      means_matter = means_matter || result.recall_at_1 != (expected.label == result.label);
    }
  }
  EXPECT_TRUE(means_matter);
}

}  // namespace
}  // namespace simdb
