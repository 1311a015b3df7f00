#include "measures/open_set.h"

#include <gtest/gtest.h>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

double area(const std::vector<float>& known, const std::vector<float>& foreign) {
  return auroc(known, foreign);
}

TEST(OpenSetTest, AreaByHand) {
  EXPECT_DOUBLE_EQ(area({0.9F, 0.8F}, {0.1F, 0.2F, 0.3F}), 1);
  EXPECT_DOUBLE_EQ(area({0.1F}, {0.9F}), 0);
  EXPECT_DOUBLE_EQ(area({0.5F, 0.5F}, {0.5F}), 0.5);
  // Of 6 pairs: 0.9 wins 3; 0.4 wins against 0.2, ties with 0.4, loses against 0.6.
  EXPECT_DOUBLE_EQ(area({0.9F, 0.4F}, {0.6F, 0.4F, 0.2F}), 4.5 / 6);
}

TEST(OpenSetTest, AreaNeedsBothKinds) {
  EXPECT_EQ(test::code_of([] { area({}, {1}); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([] { area({1}, {}); }), ErrorCode::kUsage);
}

TEST(OpenSetTest, BestSimilarityIsThatOfTheNearestRow) {
  EmbeddingBatch gallery = test::axis_embeddings(2, 16, 0);
  gallery.append(test::axis_embeddings(1, 16, 1));
  EmbeddingBatch queries = test::axis_embeddings(1, 16, 1);
  queries.append(test::axis_embeddings(1, 16, 2));
  std::vector<float> between(16);
  between[0] = 0.8F;
  between[1] = 0.6F;
  queries.append_normalized(between);
  const std::vector<float> best = best_similarities(queries, gallery);
  ASSERT_EQ(best.size(), 3U);
  EXPECT_FLOAT_EQ(best[0], 1);
  EXPECT_FLOAT_EQ(best[1], 0);
  EXPECT_FLOAT_EQ(best[2], 0.8F);
  EXPECT_EQ(test::code_of([&] { best_similarities(queries, EmbeddingBatch(16)); }),
            ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
