#include "index/best_similarity.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::code_of;
using test::random_embeddings;

std::vector<float> by_hand(const GroupedRows& queries, const GroupedRows& rows) {
  std::vector<float> best(queries.rows.rows(), kNoSimilarity);
  for (std::size_t q = 0; q < best.size(); ++q) {
    for (std::size_t r = 0; r < rows.rows.rows(); ++r) {
      if (queries.groups[q] == rows.groups[r]) continue;
      best[q] = std::max(best[q], similarity(queries.rows.row(q), rows.rows.row(r)));
    }
  }
  return best;
}

TEST(BestSimilarityTest, IsTheLargestOfTheOtherGroupsToTheBit) {
  std::mt19937_64 random(1);
  for (const std::size_t dimension : {1U, 3U, 16U, 64U, 200U}) {
    for (const std::size_t count : {1U, 15U, 16U, 17U, 300U, 700U}) {
      const EmbeddingBatch queries = test::clustered_embeddings(37, dimension, 5, dimension);
      const EmbeddingBatch rows = test::clustered_embeddings(count, dimension, 5, dimension);
      std::vector<std::uint32_t> asked(queries.rows());
      std::vector<std::uint32_t> groups(count);
      for (std::uint32_t& group : asked) group = random() % 4;
      for (std::uint32_t& group : groups) group = random() % 4;
      EXPECT_EQ(best_in_other_groups({queries, asked}, {rows, groups}),
                by_hand({queries, asked}, {rows, groups}))
          << dimension << " floats, " << count << " rows";
    }
  }
}

TEST(BestSimilarityTest, IsNoneWithoutAnotherGroup) {
  const EmbeddingBatch rows = random_embeddings(20, 16, 1);
  const std::vector<std::uint32_t> one(20, 7);
  EXPECT_EQ(best_in_other_groups({rows, one}, {rows, one}), std::vector<float>(20, kNoSimilarity));
}

TEST(BestSimilarityTest, RefusesWhatDoesNotFit) {
  const EmbeddingBatch rows = random_embeddings(2, 16, 1);
  const EmbeddingBatch others = random_embeddings(2, 8, 1);
  const std::vector<std::uint32_t> groups = {0, 1};
  EXPECT_EQ(code_of([&] { best_in_other_groups({rows, groups}, {others, groups}); }),
            ErrorCode::kUsage);
  EXPECT_EQ(
      code_of([&] { best_in_other_groups({rows, std::span(groups).first(1)}, {rows, groups}); }),
      ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
