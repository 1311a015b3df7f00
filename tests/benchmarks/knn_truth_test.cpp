#include "benchmarks/knn_truth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "benchmarks/knn_data.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb::bench {
namespace {

using Truth = std::vector<std::vector<Neighbor>>;

Truth naive(const EmbeddingBatch& rows, const EmbeddingBatch& queries, std::size_t k) {
  Truth truth(queries.rows());
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      truth[q].push_back({ItemId{r}, similarity(rows.row(r), queries.row(q))});
    }
    std::sort(truth[q].begin(), truth[q].end(), ranks_before);
    truth[q].resize(std::min(k, truth[q].size()));
  }
  return truth;
}

TEST(KnnTruth, IsWhatComparingEverythingFinds) {
  for (const char* distribution : {"clustered", "uniform", "duplicates"}) {
    for (const std::size_t dimension : {16, 128, 512}) {
      // 1,300 rows: blocks of 512 and a rest.
      const KnnData data = draw_data(
          distribution, {.rows = 1'300, .queries = 35, .dimension = dimension, .seed = 2});
      for (const std::size_t k : {1, 10, 600, 2'000}) {
        EXPECT_EQ(true_neighbors(data.rows, data.queries, k, 2), naive(data.rows, data.queries, k))
            << distribution << ", dimension " << dimension << ", k = " << k;
      }
    }
  }
}

TEST(KnnTruth, OrdersTiesById) {
  EmbeddingBatch rows = test::axis_embeddings(700, 16, 3);
  rows.append(test::axis_embeddings(700, 16, 4));
  const EmbeddingBatch query = test::axis_embeddings(1, 16, 4);
  const Truth truth = true_neighbors(rows, query, 705, 1);
  EXPECT_EQ(truth[0].front(), (Neighbor{ItemId{700}, 1}));
  EXPECT_EQ(truth[0][699], (Neighbor{ItemId{1399}, 1}));
  EXPECT_EQ(truth[0].back(), (Neighbor{ItemId{4}, 0}));
}

// Rows a hair apart: what floats rank one way, doubles rank the other, and rows a little too long
// tie at 1, where similarity() cuts off.
TEST(KnnTruth, FloatsOnlyChooseCandidates) {
  const EmbeddingBatch base = test::random_embeddings(1, 64, 9);
  for (const float step : {1e-7F, 1e-5F}) {
    EmbeddingBatch rows(64);
    std::vector<float> values(base.row(0).begin(), base.row(0).end());
    for (std::size_t i = 0; i < 3'000; ++i) {
      std::vector<float> near = values;
      near[i % 64] += step * static_cast<float>((i * 37) % 11);
      rows.append_unit(near);
    }
    for (const std::size_t k : {1, 10, 100}) {
      EXPECT_EQ(true_neighbors(rows, base, k, 1), naive(rows, base, k)) << step << ", k = " << k;
    }
  }
}

TEST(KnnTruth, NoRows) {
  const Truth truth = true_neighbors(EmbeddingBatch(16), test::random_embeddings(3, 16, 1), 10, 2);
  EXPECT_EQ(truth, Truth(3));
}

TEST(KnnTruth, RefusesNonsense) {
  const EmbeddingBatch rows = test::random_embeddings(3, 16, 1);
  EXPECT_EQ(test::code_of([&] { true_neighbors(rows, rows, 0, 1); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { true_neighbors(rows, EmbeddingBatch(32), 1, 1); }),
            ErrorCode::kUsage);
}

class Judge : public testing::Test {
 protected:
  // Rows 0 to 2 are the query, row 3 is not.
  Judge() : rows_(test::axis_embeddings(3, 16, 0)), query_(test::axis_embeddings(1, 16, 0)) {
    rows_.append(test::axis_embeddings(1, 16, 1));
  }

  Quality of(const FoundRows& found, std::size_t k = 2) const {
    const std::vector<FoundRows> lists{found};
    return judge(lists, true_neighbors(rows_, query_, k, 1), rows_, query_);
  }

  EmbeddingBatch rows_;
  EmbeddingBatch query_;
};

TEST_F(Judge, TheTrueListIsPerfect) {
  EXPECT_EQ(of({0, 1}).recall, 1);
  EXPECT_EQ(of({0, 1}).exact_lists, 1);
}

TEST_F(Judge, TiesMayBeBrokenInAnyWayButTheListIsNotExactThen) {
  for (const FoundRows& found : {FoundRows{1, 0}, FoundRows{2, 1}}) {
    EXPECT_EQ(of(found).recall, 1);
    EXPECT_EQ(of(found).exact_lists, 0);
  }
}

TEST_F(Judge, WrongRepeatedAndMissingRowsCostRecall) {
  EXPECT_EQ(of({0, 3}).recall, 0.5);
  EXPECT_EQ(of({0, 0}).recall, 0.5);
  EXPECT_EQ(of({0}).recall, 0.5);
  EXPECT_EQ(of({}).recall, 0);
  EXPECT_EQ(of({4'000'000'000, 1}).recall, 0.5);
}

TEST_F(Judge, LongerListsWinNothing) {
  EXPECT_EQ(of({3, 3, 0, 1}).recall, 0);
  EXPECT_EQ(of({0, 1, 2}).exact_lists, 0);
}

TEST_F(Judge, FewerRowsThanAskedFor) {
  EXPECT_EQ(of({0, 1, 2, 3}, 10).recall, 1);
  EXPECT_EQ(of({0, 1, 2, 3}, 10).exact_lists, 1);
}

}  // namespace
}  // namespace simdb::bench
