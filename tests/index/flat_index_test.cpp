#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>

#include "index/vector_index.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::code_of;
using test::random_embeddings;

std::vector<ItemId> ids_from(std::uint64_t first, std::size_t count) {
  std::vector<ItemId> ids(count);
  for (std::size_t i = 0; i < count; ++i) ids[i] = ItemId{first + i};
  return ids;
}

std::unique_ptr<VectorIndex> make_index(const EmbeddingBatch& embeddings, std::uint64_t first = 1) {
  auto index = make_flat_index(embeddings.dimension());
  index->add(ids_from(first, embeddings.rows()), embeddings);
  return index;
}

// The answer of a scan in double precision. Vectors with coordinates in {0, +-1/4, ...} have exact
// dot products in float, so that ties are ties in every arithmetic.
std::vector<Neighbor> scan(const VectorIndex& index, std::span<const float> query, std::size_t k,
                           const IdFilter& filter = {}) {
  std::vector<Neighbor> neighbors;
  for (const ItemId id : index.ids()) {
    if (filter && !filter(id)) continue;
    const auto row = index.vector(id);
    neighbors.push_back(
        {id, static_cast<float>(std::inner_product(row.begin(), row.end(), query.begin(), 0.0))});
  }
  std::sort(neighbors.begin(), neighbors.end(), ranks_before);
  neighbors.resize(std::min(k, neighbors.size()));
  return neighbors;
}

// 16 coordinates of +-1/4: unit length, and dot products are multiples of 1/8 with many ties.
EmbeddingBatch corner_embeddings(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  EmbeddingBatch embeddings(16);
  std::vector<float> corner(16);
  for (std::size_t i = 0; i < rows; ++i) {
    for (float& value : corner) value = (random() & 1) != 0 ? 0.25F : -0.25F;
    embeddings.append_unit(corner);
  }
  return embeddings;
}

TEST(FlatIndexTest, FindsWhatAScanFinds) {
  for (const std::size_t dimension : {16, 64, 512}) {
    const auto index = make_index(random_embeddings(700, dimension, 1));
    const auto queries = random_embeddings(20, dimension, 2);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      for (const std::size_t k : {1, 10, 99, 100, 699}) {
        const auto found = index->search(queries.row(q), k);
        const auto expected = scan(*index, queries.row(q), k);
        ASSERT_EQ(found.size(), k);
        EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), ranks_before));
        for (std::size_t i = 0; i < k; ++i) {
          EXPECT_NEAR(found[i].similarity, expected[i].similarity, 1e-6);
        }
      }
    }
  }
}

TEST(FlatIndexTest, BreaksTiesByIdAtEveryK) {
  const auto index = make_index(corner_embeddings(600, 3));
  const auto queries = corner_embeddings(10, 4);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    for (std::size_t k = 1; k <= 600; k += 1 + k / 8) {
      EXPECT_EQ(index->search(queries.row(q), k), scan(*index, queries.row(q), k)) << "k " << k;
    }
  }
}

TEST(FlatIndexTest, OrdersEqualVectorsById) {
  const auto index = make_index(axis_embeddings(500, 16, 3), 1000);
  const auto query = random_embeddings(1, 16, 5);
  for (const std::size_t k : {1, 2, 50, 150, 499, 500, 501}) {
    const auto found = index->search(query.row(0), k);
    ASSERT_EQ(found.size(), std::min<std::size_t>(k, 500));
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].id, ItemId{1000 + i});
      EXPECT_EQ(found[i].similarity, found[0].similarity);
    }
  }
}

TEST(FlatIndexTest, TheOrderDoesNotDependOnK) {
  const auto index = make_index(random_embeddings(300, 16, 6));
  const auto query = random_embeddings(1, 16, 7);
  const auto all = index->search(query.row(0), 300);
  for (std::size_t k = 1; k < 300; ++k) {
    const auto found = index->search(query.row(0), k);
    EXPECT_TRUE(std::equal(found.begin(), found.end(), all.begin())) << "k " << k;
  }
}

TEST(FlatIndexTest, FiltersBeforeRanking) {
  const auto index = make_index(corner_embeddings(400, 8));
  const auto query = corner_embeddings(1, 9);
  for (const std::uint64_t divisor : {2, 3, 50, 399}) {
    const IdFilter filter = [&](ItemId id) { return to_number(id) % divisor == 0; };
    for (const std::size_t k : {1, 5, 30, 400}) {
      EXPECT_EQ(index->search(query.row(0), k, filter), scan(*index, query.row(0), k, filter))
          << "divisor " << divisor << ", k " << k;
    }
  }
  EXPECT_TRUE(index->search(query.row(0), 5, [](ItemId) { return false; }).empty());
}

TEST(FlatIndexTest, PassesOnWhatTheFilterThrows) {
  const auto index = make_index(random_embeddings(10, 16, 1));
  const auto query = random_embeddings(1, 16, 2);
  EXPECT_THROW(index->search(query.row(0), 3,
                             [](ItemId) -> bool { throw std::out_of_range("by the caller"); }),
               std::out_of_range);
}

TEST(FlatIndexTest, AnEmptyIndexFindsNothing) {
  const auto index = make_flat_index(16);
  EXPECT_TRUE(index->search(axis_embeddings(1, 16, 0).row(0), 10).empty());
  EXPECT_TRUE(index->ids().empty());
  EXPECT_EQ(index->size(), 0U);
  EXPECT_TRUE(index->vector(ItemId{1}).empty());
  EXPECT_EQ(index->remove(ids_from(1, 3)), 0U);
}

TEST(FlatIndexTest, ASingleVectorIsFoundByAnyQuery) {
  const auto index = make_index(axis_embeddings(1, 16, 0), 7);
  EXPECT_EQ(index->search(axis_embeddings(1, 16, 0).row(0), 10),
            (std::vector<Neighbor>{{ItemId{7}, 1.0F}}));
  EXPECT_EQ(index->search(axis_embeddings(1, 16, 1).row(0), 1),
            (std::vector<Neighbor>{{ItemId{7}, 0.0F}}));
}

TEST(FlatIndexTest, KeepsVectorsBitForBit) {
  const auto embeddings = random_embeddings(50, 32, 10);
  const auto index = make_index(embeddings, 5);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto row = index->vector(ItemId{5 + i});
    EXPECT_TRUE(std::equal(row.begin(), row.end(), embeddings.row(i).begin()));
  }
  EXPECT_TRUE(index->vector(ItemId{4}).empty());
  EXPECT_TRUE(index->vector(ItemId{55}).empty());
}

TEST(FlatIndexTest, FollowsAModelThroughRandomChanges) {
  std::mt19937_64 random(11);
  const auto index = make_flat_index(16);
  std::map<ItemId, Embedding> model;
  std::uint64_t next = 1;
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = random() % 20;
    const auto embeddings = corner_embeddings(count, random());
    const auto ids = ids_from(next, count);
    next += count + random() % 3;
    index->add(ids, embeddings);
    for (std::size_t i = 0; i < count; ++i) model.emplace(ids[i], embeddings.at(i));

    std::vector<ItemId> doomed;
    for (std::size_t i = random() % 15; i > 0; --i) doomed.push_back(ItemId{random() % next});
    std::size_t removed = 0;
    for (const ItemId id : doomed) removed += model.erase(id);
    EXPECT_EQ(index->remove(doomed), removed);

    ASSERT_EQ(index->size(), model.size());
    std::vector<ItemId> expected;
    for (const auto& [id, embedding] : model) {
      expected.push_back(id);
      const auto row = index->vector(id);
      ASSERT_TRUE(std::equal(row.begin(), row.end(), embedding.values().begin()));
    }
    ASSERT_EQ(index->ids(), expected);
    const auto query = corner_embeddings(1, random());
    const std::size_t k = 1 + random() % 30;
    ASSERT_EQ(index->search(query.row(0), k), scan(*index, query.row(0), k));
  }
}

TEST(FlatIndexTest, RefusesWhatDoesNotFitAndStaysAsItWas) {
  const auto index = make_index(random_embeddings(3, 16, 1), 10);
  const auto one = random_embeddings(1, 16, 2);
  const auto two = random_embeddings(2, 16, 2);
  const auto wide = random_embeddings(1, 32, 2);
  const std::vector<ItemId> descending{ItemId{21}, ItemId{20}};
  const std::vector<ItemId> twice{ItemId{20}, ItemId{20}};
  EXPECT_EQ(code_of([&] { index->add(ids_from(12, 1), one); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->add(ids_from(20, 2), one); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->add(ids_from(20, 1), wide); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->add(descending, two); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->add(twice, two); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->search(wide.row(0), 1); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->search(one.row(0), 0); }), ErrorCode::kUsage);
  std::vector<float> nan(16, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(code_of([&] { index->search(nan, 1); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { make_flat_index(17); }), ErrorCode::kUsage);
  EXPECT_EQ(index->ids(), ids_from(10, 3));
}

}  // namespace
}  // namespace simdb
