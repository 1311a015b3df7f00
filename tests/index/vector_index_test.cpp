#include "index/vector_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/reference_index.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::clustered_embeddings;
using test::code_of;
using test::corner_embeddings;
using test::ids_from;
using test::random_embeddings;
using test::ReferenceIndex;

// Everything holds for flat and for partitioned indexes: the parameter is IndexOptions'
// partition_from.
class VectorIndexTest : public testing::TestWithParam<std::size_t> {
 protected:
  std::unique_ptr<VectorIndex> make(std::size_t dimension = 16) const {
    return make_index(dimension, {.partition_from = GetParam(), .threads = 2});
  }
  std::unique_ptr<VectorIndex> make(const EmbeddingBatch& embeddings, std::uint64_t first = 1) {
    auto index = make(embeddings.dimension());
    index->add(ids_from(first, embeddings.rows()), embeddings);
    reference = {};
    reference.add(ids_from(first, embeddings.rows()), embeddings);
    return index;
  }

  ReferenceIndex reference;  // of the last index made
};

INSTANTIATE_TEST_SUITE_P(, VectorIndexTest, testing::Values(1U, 300U, 1000000U),
                         [](const auto& options) {
                           return options.param == 1U     ? "Partitioned"
                                  : options.param == 300U ? "Switching"
                                                          : "Flat";
                         });

TEST_P(VectorIndexTest, FindsWhatTheReferenceFinds) {
  for (const std::size_t dimension : {16, 32, 48, 64, 100, 512}) {
    for (const std::size_t rows : {1, 2, 15, 16, 17, 255, 256, 257, 1900}) {
      const auto index = make(clustered_embeddings(rows, dimension, 1 + rows / 40, rows));
      const auto queries = random_embeddings(3, dimension, 2);
      for (std::size_t q = 0; q < queries.rows(); ++q) {
        for (const std::size_t k : {std::size_t{1}, std::size_t{10}, std::size_t{99}, rows - 1,
                                    rows, rows + 1, 5 * rows}) {
          if (k == 0) continue;
          ASSERT_EQ(index->search(queries.row(q), k), reference.search(queries.row(q), k))
              << "dimension " << dimension << ", rows " << rows << ", k " << k;
        }
      }
    }
  }
}

TEST_P(VectorIndexTest, FindsStoredRowsThemselves) {
  const auto rows = clustered_embeddings(2000, 16, 30, 3);
  const auto index = make(rows);
  for (std::size_t r = 0; r < rows.rows(); r += 7) {
    ASSERT_EQ(index->search(rows.row(r), 5), reference.search(rows.row(r), 5)) << "row " << r;
  }
}

TEST_P(VectorIndexTest, BreaksTiesByIdAtEveryK) {
  const auto index = make(corner_embeddings(1200, 3));
  const auto queries = corner_embeddings(5, 4);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    for (std::size_t k = 1; k <= 1200; k += 1 + k / 4) {
      ASSERT_EQ(index->search(queries.row(q), k), reference.search(queries.row(q), k)) << "k " << k;
    }
  }
}

TEST_P(VectorIndexTest, OrdersEqualVectorsById) {
  const auto index = make(axis_embeddings(3000, 16, 3), 1000);
  const auto query = random_embeddings(1, 16, 5);
  for (const std::size_t k : {1, 2, 50, 500, 2999, 3000, 3001}) {
    const auto found = index->search(query.row(0), k);
    ASSERT_EQ(found.size(), std::min<std::size_t>(k, 3000));
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].id, ItemId{1000 + i});
      ASSERT_EQ(found[i].similarity, found[0].similarity);
    }
  }
}

TEST_P(VectorIndexTest, HandlesHeavyDuplicates) {
  // 20 points, 200 times each.
  const auto points = random_embeddings(20, 16, 6);
  EmbeddingBatch rows(16);
  for (std::size_t r = 0; r < 4000; ++r) rows.append_unit(points.row(r * 7 % 20));
  const auto index = make(rows);
  for (const std::size_t k : {1, 10, 199, 200, 201, 1000}) {
    ASSERT_EQ(index->search(points.row(3), k), reference.search(points.row(3), k)) << "k " << k;
  }
}

TEST_P(VectorIndexTest, LengthsNearOneAreNoExcuse) {
  // Stored embeddings may be off by 1e-3 in length; ranking is by dot product all the same.
  const auto unit = clustered_embeddings(1500, 16, 20, 7);
  EmbeddingBatch rows(16);
  std::vector<float> values(16);
  for (std::size_t r = 0; r < unit.rows(); ++r) {
    const float length = 1 + (r % 19 / 9.0F - 1) * 9e-4F;
    std::transform(unit.row(r).begin(), unit.row(r).end(), values.begin(),
                   [&](float value) { return value * length; });
    rows.append_unit(values);
  }
  const auto index = make(rows);
  for (std::size_t q = 0; q < 200; ++q) {
    ASSERT_EQ(index->search(rows.row(q), 10), reference.search(rows.row(q), 10)) << "row " << q;
  }
}

TEST_P(VectorIndexTest, ALongerRowMayBeatANearerOne) {
  // Close together and in few directions, so that bounds are tight and lengths decide much.
  const auto noise = random_embeddings(1700, 16, 7);
  EmbeddingBatch rows(16);
  EmbeddingBatch queries(16);
  std::vector<float> values(16);
  for (std::size_t r = 0; r < noise.rows(); ++r) {
    std::ranges::fill(values, 0.25F);
    for (std::size_t d = 0; d < 3; ++d) values[d] += 0.5F * noise.row(r)[d];
    const Embedding unit = Embedding::normalized(values);
    if (r < 100) queries.append(unit);
    const float length = r % 5 == 0 ? 1.0009F : 0.9991F;
    std::ranges::transform(unit.values(), values.begin(), [&](float v) { return v * length; });
    if (r >= 100) rows.append_unit(values);
  }
  const auto index = make(rows);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    ASSERT_EQ(index->search(queries.row(q), 20), reference.search(queries.row(q), 20));
  }
}

TEST_P(VectorIndexTest, TheOrderDoesNotDependOnK) {
  const auto index = make(random_embeddings(600, 16, 6));
  const auto query = random_embeddings(1, 16, 7);
  const auto all = index->search(query.row(0), 600);
  for (std::size_t k = 1; k < 600; k += 7) {
    const auto found = index->search(query.row(0), k);
    EXPECT_TRUE(std::equal(found.begin(), found.end(), all.begin())) << "k " << k;
  }
}

TEST_P(VectorIndexTest, FiltersBeforeRanking) {
  const auto index = make(corner_embeddings(1400, 8));
  const auto query = corner_embeddings(1, 9);
  for (const std::uint64_t divisor : {1, 2, 3, 50, 699, 1399}) {
    std::vector<ItemId> only;
    for (std::uint64_t id = divisor; id < 1500; id += divisor) only.push_back(ItemId{id});
    for (const std::size_t k : {1, 5, 30, 400, 1400}) {
      ASSERT_EQ(index->search(query.row(0), k, only), reference.search(query.row(0), k, only))
          << "divisor " << divisor << ", k " << k;
    }
  }
  EXPECT_TRUE(index->search(query.row(0), 5, std::vector<ItemId>{}).empty());
  EXPECT_TRUE(index->search(query.row(0), 5, std::vector<ItemId>{ItemId{5000}}).empty());
}

TEST_P(VectorIndexTest, AFilterMayHoldIdsFarApart) {
  const auto index = make(random_embeddings(500, 16, 8), std::uint64_t{1} << 40);
  const auto query = random_embeddings(1, 16, 9);
  std::vector<ItemId> only = ids_from(1, 70);
  only.push_back(ItemId{(std::uint64_t{1} << 40) + 3});
  only.push_back(ItemId{std::numeric_limits<std::uint64_t>::max()});
  EXPECT_EQ(index->search(query.row(0), 5, only), reference.search(query.row(0), 5, only));
}

TEST_P(VectorIndexTest, RangeSearchReturnsAllFromASimilarityUp) {
  const auto index = make(corner_embeddings(1300, 10));
  const auto query = corner_embeddings(1, 11);
  for (const float minimum : {1.1F, 1.0F, 0.875F, 0.5F, 0.124F, 0.0F, -0.5F, -1.0F, -3.0F}) {
    ASSERT_EQ(index->range_search(query.row(0), minimum),
              reference.range_search(query.row(0), minimum))
        << "minimum " << minimum;
  }
  const std::vector<ItemId> only = ids_from(100, 200);
  for (const Neighbor& neighbor : index->range_search(query.row(0), 0.25F, only)) {
    EXPECT_GE(neighbor.id, ItemId{100});
    EXPECT_LT(neighbor.id, ItemId{300});
  }
}

TEST_P(VectorIndexTest, ABatchAnswersAsSingleQueriesDo) {
  const auto index = make(clustered_embeddings(2500, 16, 40, 12));
  const auto queries = clustered_embeddings(150, 16, 40, 13);
  for (const std::size_t threads : {1, 2, 5}) {
    const auto results = index->search_batch(queries, 7, threads);
    ASSERT_EQ(results.size(), queries.rows());
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      ASSERT_EQ(results[q], index->search(queries.row(q), 7));
    }
  }
  EXPECT_TRUE(index->search_batch(EmbeddingBatch(16), 7, 2).empty());
}

TEST_P(VectorIndexTest, AFilterIsRightForEveryIndexAndAfterEveryChange) {
  // Of one row in 300, in 100, in 10 and in 2: all ways to search with a filter.
  for (const std::size_t step : {300, 100, 10, 2}) {
    const auto rows = random_embeddings(9000, 16, 21);
    const auto index = make(rows);
    std::vector<ItemId> ids;
    for (std::uint64_t id = step; id < 9100; id += step) ids.push_back(ItemId{id});
    const IdFilter filter = ids;
    const auto queries = random_embeddings(120, 16, 22);
    const auto expect_right = [&](const char* when) {
      for (std::size_t q = 0; q < queries.rows(); ++q) {
        ASSERT_EQ(index->search(queries.row(q), 10, filter),
                  reference.search(queries.row(q), 10, ids))
            << when << ", 1 of " << step << ", query " << q;
      }
    };
    expect_right("at first");
    const auto others = random_embeddings(9000, 16, 24);
    const auto other_index = make_index(16, {.partition_from = GetParam(), .threads = 2});
    other_index->add(ids_from(1, 9000), others);
    ReferenceIndex other_reference;
    other_reference.add(ids_from(1, 9000), others);
    EXPECT_EQ(other_index->search(queries.row(0), 10, filter),
              other_reference.search(queries.row(0), 10, ids));
    const std::vector<ItemId> gone = {ids[1], ids[2], ids[7]};
    index->remove(gone);
    reference.remove(gone);
    expect_right("after removals");
    const auto more = random_embeddings(200, 16, 23);
    index->add(ids_from(9001, 200), more);
    reference.add(ids_from(9001, 200), more);
    expect_right("after additions");
  }
}

TEST_P(VectorIndexTest, AnEmptyIndexFindsNothing) {
  const auto index = make();
  const auto query = axis_embeddings(1, 16, 0);
  EXPECT_TRUE(index->search(query.row(0), 10).empty());
  EXPECT_TRUE(index->search(query.row(0), 10, ids_from(1, 5)).empty());
  EXPECT_TRUE(index->range_search(query.row(0), -1).empty());
  EXPECT_TRUE(index->ids().empty());
  EXPECT_EQ(index->size(), 0U);
  EXPECT_TRUE(index->vector(ItemId{1}).empty());
  EXPECT_EQ(index->remove(ids_from(1, 3)), 0U);
}

TEST_P(VectorIndexTest, AnIndexThatWasEmptiedTakesRowsAgain) {
  const auto rows = clustered_embeddings(900, 16, 9, 16);
  const auto index = make(rows);
  EXPECT_EQ(index->remove(ids_from(1, 900)), 900U);
  EXPECT_EQ(index->size(), 0U);
  EXPECT_TRUE(index->search(rows.row(0), 10).empty());
  index->add(ids_from(901, 900), rows);
  EXPECT_EQ(index->search(rows.row(5), 1).front().id, ItemId{906});
}

TEST(VectorIndexOptionsTest, AnIndexPartitionedFromZeroRowsOnMayBeEmpty) {
  const auto index = make_index(16, {.partition_from = 0});
  const auto rows = random_embeddings(100, 16, 16);
  index->add(ids_from(1, 100), rows);
  EXPECT_EQ(index->remove(ids_from(1, 100)), 100U);
  EXPECT_TRUE(index->search(rows.row(0), 10).empty());
  index->add(ids_from(101, 100), rows);
  EXPECT_EQ(index->search(rows.row(5), 1).front().id, ItemId{106});
}

TEST_P(VectorIndexTest, FindsRowsWhoseMeanIsZero) {
  EmbeddingBatch rows(16);
  std::vector<float> values(16);
  for (std::size_t r = 0; r < 40; ++r) {
    values[3] = r % 2 == 0 ? 1.0F : -1.0F;
    rows.append_unit(values);
  }
  for (const std::size_t count : {2, 40}) {
    EmbeddingBatch some(16);
    for (std::size_t r = 0; r < count; ++r) some.append_unit(rows.row(r));
    const auto index = make(some);
    for (const std::size_t q : {0, 1}) {
      EXPECT_EQ(index->search(rows.row(q), 30), reference.search(rows.row(q), 30));
    }
  }
}

TEST_P(VectorIndexTest, RanksByIdWhereTheSimilarityEnds) {
  // Rows a little too long, along the query and against it: their similarities are all 1 or -1.
  for (const float sign : {1.0F, -1.0F}) {
    EmbeddingBatch rows(16);
    std::vector<float> values(16);
    for (std::size_t r = 0; r < 900; ++r) {
      values[0] = sign * (1 + static_cast<float>(r * 7 % 91) * 1e-5F);
      rows.append_unit(values);
    }
    const auto index = make(rows);
    const auto query = axis_embeddings(1, 16, 0);
    EXPECT_EQ(index->search(query.row(0), 20), reference.search(query.row(0), 20));
    EXPECT_EQ(index->range_search(query.row(0), sign), reference.range_search(query.row(0), sign));
  }
}

TEST_P(VectorIndexTest, ASingleVectorIsFoundByAnyQuery) {
  const auto index = make(axis_embeddings(1, 16, 0), 7);
  EXPECT_EQ(index->search(axis_embeddings(1, 16, 0).row(0), 10),
            (std::vector<Neighbor>{{ItemId{7}, 1.0F}}));
  EXPECT_EQ(index->search(axis_embeddings(1, 16, 1).row(0), 1),
            (std::vector<Neighbor>{{ItemId{7}, 0.0F}}));
}

TEST_P(VectorIndexTest, KeepsVectorsBitForBit) {
  const auto embeddings = random_embeddings(700, 32, 10);
  const auto index = make(embeddings, 5);
  for (std::size_t i = 0; i < 700; ++i) {
    const auto row = index->vector(ItemId{5 + i});
    ASSERT_TRUE(
        std::equal(row.begin(), row.end(), embeddings.row(i).begin(), embeddings.row(i).end()));
  }
  EXPECT_TRUE(index->vector(ItemId{4}).empty());
  EXPECT_TRUE(index->vector(ItemId{705}).empty());
}

TEST_P(VectorIndexTest, IdsMayLieFarApart) {
  const auto rows = clustered_embeddings(800, 16, 5, 17);
  const auto index = make();
  std::vector<ItemId> ids(800);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = ItemId{1 + i * (std::uint64_t{1} << 30)};
  }
  index->add(ids, rows);
  reference.add(ids, rows);
  EXPECT_EQ(index->ids(), ids);
  EXPECT_EQ(index->search(rows.row(9), 20), reference.search(rows.row(9), 20));
  const std::vector<ItemId> gone(ids.begin() + 100, ids.begin() + 300);
  EXPECT_EQ(index->remove(gone), 200U);
  reference.remove(gone);
  EXPECT_EQ(index->ids(), reference.ids());
  EXPECT_EQ(index->search(rows.row(9), 20), reference.search(rows.row(9), 20));
}

TEST_P(VectorIndexTest, RemovalFreesMemory) {
  const auto index = make(clustered_embeddings(8000, 16, 40, 18));
  const std::size_t before = index->memory_bytes();
  EXPECT_LT(before, 8000U * 90);
  std::vector<ItemId> doomed;
  for (std::uint64_t id = 1; id <= 8000; ++id) {
    if (id % 10 != 0) doomed.push_back(ItemId{id});
  }
  EXPECT_EQ(index->remove(doomed), 7200U);
  EXPECT_LT(index->memory_bytes(), before / 5);
}

TEST_P(VectorIndexTest, RefusesWhatDoesNotFitAndStaysAsItWas) {
  const auto index = make(random_embeddings(3, 16, 1), 10);
  const auto one = random_embeddings(1, 16, 2);
  const auto two = random_embeddings(2, 16, 2);
  const auto wide = random_embeddings(1, 32, 2);
  const std::vector<ItemId> descending{ItemId{21}, ItemId{20}};
  const std::vector<ItemId> twice{ItemId{20}, ItemId{20}};
  const auto expect_usage = [](const std::function<void()>& call) {
    EXPECT_EQ(code_of(call), ErrorCode::kUsage);
  };
  expect_usage([&] { index->add(ids_from(12, 1), one); });
  expect_usage([&] { index->add(ids_from(20, 2), one); });
  expect_usage([&] { index->add(ids_from(20, 1), wide); });
  expect_usage([&] { index->add(descending, two); });
  expect_usage([&] { index->add(twice, two); });
  expect_usage([&] { index->search(wide.row(0), 1); });
  expect_usage([&] { index->search(one.row(0), 0); });
  expect_usage([&] { index->search(one.row(0), 1, IdFilter(descending)); });
  expect_usage([&] { index->search_batch(wide, 1, 1); });
  expect_usage([&] { index->search_batch(one, 0, 1); });
  for (const float value : {0.0F, 0.5F, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    const std::vector<float> query(16, value);
    expect_usage([&] { index->search(query, 1); });
    expect_usage([&] { index->range_search(query, 0); });
  }
  expect_usage([&] { index->range_search(one.row(0), std::numeric_limits<float>::quiet_NaN()); });
  expect_usage([] { make_index(0); });
  expect_usage([] { make_index(4097); });
  EXPECT_EQ(index->ids(), ids_from(10, 3));
}

}  // namespace
}  // namespace simdb
