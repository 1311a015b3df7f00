// Rows of any number of floats, against a plain scan of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "index/vector_index.h"
#include "tests/support/embeddings.h"
#include "tests/support/reference_index.h"

namespace simdb {
namespace {

using test::clustered_embeddings;
using test::ids_from;
using test::random_embeddings;

// The parameter is IndexOptions' partition_from.
class VectorIndexDimensionTest : public testing::TestWithParam<std::size_t> {
 protected:
  std::unique_ptr<VectorIndex> make(const EmbeddingBatch& rows) {
    auto index = make_index(rows.dimension(), {.partition_from = GetParam(), .threads = 2});
    index->add(ids_from(1, rows.rows()), rows);
    reference = {};
    reference.add(ids_from(1, rows.rows()), rows);
    return index;
  }

  test::ReferenceIndex reference;  // of the last index made
};

INSTANTIATE_TEST_SUITE_P(, VectorIndexDimensionTest, testing::Values(1U, 1000000U),
                         [](const auto& options) {
                           return options.param == 1U ? "Partitioned" : "Flat";
                         });

TEST_P(VectorIndexDimensionTest, AnyDimensionWillDo) {
  for (const std::size_t dimension : {1, 2, 3, 15, 17, 100, 384, 768, 1000, 1536, 4096}) {
    const auto rows = clustered_embeddings(700, dimension, 12, dimension);
    const auto index = make(rows);
    auto queries = random_embeddings(3, dimension, 2);
    for (const std::size_t r : {0, 77, 699}) queries.append(rows.at(r));
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      for (const std::size_t k : {1, 10, 400}) {
        ASSERT_EQ(index->search(queries.row(q), k), reference.search(queries.row(q), k))
            << "dimension " << dimension << ", query " << q << ", k " << k;
      }
      const float near = reference.search(queries.row(q), 20).back().similarity;
      ASSERT_EQ(index->range_search(queries.row(q), near),
                reference.range_search(queries.row(q), near))
          << "dimension " << dimension << ", query " << q;
    }
    ASSERT_TRUE(std::ranges::equal(index->vector(ItemId{78}), rows.row(77)));
  }
}

TEST_P(VectorIndexDimensionTest, RowsThatFloatsCanNotTellApartAreRankedRight) {
  // Similarities from 1 - 2e-6 to 1: float sums of so many products get most of them wrong.
  std::size_t wrong = 0;
  for (const std::size_t dimension : {2, 3, 16, 100, 768, 4096}) {
    const auto noise = random_embeddings(501, dimension, 5);
    const auto centre = random_embeddings(1, dimension, 6);
    EmbeddingBatch rows(dimension);
    std::vector<float> values(dimension);
    for (std::size_t r = 0; r < noise.rows(); ++r) {
      const float scale = 2e-3F * static_cast<float>(r) / 500.0F;
      for (std::size_t d = 0; d < dimension; ++d) {
        values[d] = centre.row(0)[d] + scale * noise.row(r)[d];
      }
      rows.append_normalized(values);
    }
    const auto index = make(rows);
    for (const std::size_t k : {1, 10, 100}) {
      ASSERT_EQ(index->search(centre.row(0), k), reference.search(centre.row(0), k))
          << "dimension " << dimension << ", k " << k;
    }
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      const float in_floats =
          std::inner_product(rows.row(r).begin(), rows.row(r).end(), centre.row(0).begin(), 0.0F);
      wrong += in_floats != similarity(rows.row(r), centre.row(0)) ? 1 : 0;
    }
  }
  EXPECT_GT(wrong, 1500U) << "the test shows nothing";
}

// Where nothing can be left out, the queries of a batch read the rows together.
TEST_P(VectorIndexDimensionTest, ABatchAnswersAsSingleQueriesDo) {
  for (const std::size_t dimension : {63, 64, 100, 768}) {
    const auto index = make(random_embeddings(1500, dimension, 1));
    auto queries = random_embeddings(60, dimension, 2);   // these have to read nearly all
    queries.append(random_embeddings(15, dimension, 1));  // these are rows themselves
    const std::vector<ItemId> some = ids_from(300, 700);
    for (const std::size_t k : {1, 10, 40, 2000}) {
      const auto all = index->search_batch(queries, k, 2);
      const auto filtered = index->search_batch(queries, k, 1, some);
      for (std::size_t q = 0; q < queries.rows(); ++q) {
        ASSERT_EQ(all[q], reference.search(queries.row(q), k)) << dimension << ", query " << q;
        ASSERT_EQ(filtered[q], reference.search(queries.row(q), k, some)) << dimension;
      }
    }
  }
}

}  // namespace
}  // namespace simdb
