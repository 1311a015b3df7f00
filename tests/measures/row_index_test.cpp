#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "measures/row_index_internal.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using Answer = std::vector<std::size_t>;

std::vector<Answer> rank(const EmbeddingBatch& queries, const EmbeddingBatch& gallery,
                         std::size_t count, bool skip_self, std::size_t threads) {
  std::vector<Answer> answers(queries.rows());
  RowIndex(gallery, threads)
      .search(
          queries,
          [&](std::size_t query) { return RowIndex::Request{count, skip_self ? query : kNoRow}; },
          [&](std::size_t query, std::span<const RowIndex::Hit> nearest) {
            for (const RowIndex::Hit& hit : nearest) answers[query].push_back(hit.row);
          });
  return answers;
}

// A full stable sort. Corner embeddings have similarities that are exact in any arithmetic.
std::vector<Answer> naive_rank(const EmbeddingBatch& queries, const EmbeddingBatch& gallery,
                               std::size_t count, bool skip_self) {
  std::vector<Answer> answers;
  for (std::size_t query = 0; query < queries.rows(); ++query) {
    Answer rows(gallery.rows());
    std::iota(rows.begin(), rows.end(), 0);
    if (skip_self) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(query));
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      return similarity(queries.row(query), gallery.row(a)) >
             similarity(queries.row(query), gallery.row(b));
    });
    rows.resize(std::min(rows.size(), count));
    answers.push_back(rows);
  }
  return answers;
}

TEST(RowIndexTest, AgreesWithAFullSortInEverySize) {
  for (const std::size_t rows : {1, 15, 16, 17, 256, 257, 600}) {
    const EmbeddingBatch gallery = test::corner_embeddings(rows, rows);
    const EmbeddingBatch queries = test::corner_embeddings(70, 99);
    for (const std::size_t count : {1, 5, 20, 1000}) {
      EXPECT_EQ(rank(queries, gallery, count, false, 2),
                naive_rank(queries, gallery, count, false));
      EXPECT_EQ(rank(gallery, gallery, count, true, 3), naive_rank(gallery, gallery, count, true));
    }
  }
}

TEST(RowIndexTest, AnyDimensionAndEqualRows) {
  const EmbeddingBatch wide = test::random_embeddings(50, 64, 4);
  const auto answers = rank(wide, wide, 1, false, 1);
  for (std::size_t i = 0; i < wide.rows(); ++i) EXPECT_EQ(answers[i], Answer{i});
  const EmbeddingBatch same = test::axis_embeddings(300, 16, 3);
  EXPECT_EQ(rank(same, same, 3, true, 1)[1], (Answer{0, 2, 3}));
  EXPECT_EQ(rank(same, test::axis_embeddings(300, 16, 5), 2, false, 1)[7], (Answer{0, 1}));
}

TEST(RowIndexTest, OnlyWhatIsAskedForIsVisited) {
  const EmbeddingBatch rows = test::random_embeddings(40, 16, 4);
  std::mutex mutex;
  std::vector<std::size_t> visited;
  RowIndex(rows, 2).search(
      rows, [](std::size_t query) { return RowIndex::Request{query % 2 == 0 ? 3U : 0U, query}; },
      [&](std::size_t query, std::span<const RowIndex::Hit> nearest) {
        const std::scoped_lock lock(mutex);
        visited.push_back(query);
        EXPECT_EQ(nearest.size(), 3U);
        EXPECT_EQ(nearest[0].similarity, similarity(rows.row(query), rows.row(nearest[0].row)));
      });
  EXPECT_EQ(visited.size(), 20U);
}

TEST(RowIndexTest, EmptyGalleriesAndOtherDimensions) {
  EXPECT_TRUE(rank(test::random_embeddings(1, 16, 4), EmbeddingBatch(16), 3, false, 1)[0].empty());
  const EmbeddingBatch one = test::random_embeddings(1, 16, 4);
  EXPECT_TRUE(rank(one, one, 3, true, 1)[0].empty());
  EXPECT_EQ(test::code_of([&] { rank(one, EmbeddingBatch(32), 3, false, 1); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
