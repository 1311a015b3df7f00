#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "index/neighbor_collector_internal.h"
#include "tests/index/rows.h"
#include "tests/support/embeddings.h"
#include "tests/support/reference_index.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::clustered_embeddings;
using test::corner_embeddings;
using test::ids_from;
using test::ReferenceIndex;
using test::rows_of;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Rows in one flat partition, offered in a random order with scores that are off by up to `error`.
class NeighborCollectorTest : public testing::TestWithParam<float> {
 protected:
  void store(const EmbeddingBatch& rows) {
    embeddings = rows;
    const auto ids = ids_from(1, rows.rows());
    partitions.clear();
    partitions.push_back(Partition::build_flat(rows.dimension(), rows_of(ids, rows)));
    reference = {};
    reference.add(ids, rows);
  }

  // Offers every row that reaches the threshold, as searches do.
  void offer_all(NeighborCollector& collector, std::span<const float> query) {
    std::vector<std::size_t> order(embeddings.rows());
    for (std::size_t r = 0; r < order.size(); ++r) order[r] = r;
    std::ranges::shuffle(order, random);
    std::uniform_real_distribution<float> off(-GetParam(), GetParam());
    float last = -kInfinity;
    for (const std::size_t r : order) {
      double score = 0;
      for (std::size_t d = 0; d < query.size(); ++d) {
        score += static_cast<double>(query[d]) * embeddings.row(r)[d];
      }
      const float perturbed = static_cast<float>(score) + off(random) * 0.99F;
      if (perturbed >= collector.threshold()) collector.offer(partitions[0], r, perturbed);
      EXPECT_GE(collector.threshold(), last) << "the threshold fell";
      last = collector.threshold();
    }
  }

  EmbeddingBatch embeddings{16};
  std::vector<Partition> partitions;
  ReferenceIndex reference;
  std::mt19937_64 random{5};
};

INSTANTIATE_TEST_SUITE_P(, NeighborCollectorTest, testing::Values(1e-6F, 1e-3F, 0.1F),
                         [](const auto& error) {
                           return error.param == 1e-6F   ? "SmallErrors"
                                  : error.param == 1e-3F ? "LargeErrors"
                                                         : "HugeErrors";
                         });

TEST_P(NeighborCollectorTest, FindsTheNearestInSpiteOfErrors) {
  store(clustered_embeddings(3000, 16, 20, 1));
  const auto queries = clustered_embeddings(4, 16, 20, 2);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    for (const std::size_t k : {1, 2, 10, 500, 2999, 3000, 100000}) {
      auto collector = NeighborCollector::nearest(queries.row(q), k, GetParam());
      offer_all(collector, queries.row(q));
      ASSERT_EQ(collector.finish(), reference.search(queries.row(q), k)) << "k " << k;
    }
  }
}

TEST_P(NeighborCollectorTest, RanksTiesById) {
  store(corner_embeddings(3000, 3));
  const auto queries = corner_embeddings(3, 4);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    for (const std::size_t k : {1, 7, 100, 1000}) {
      auto collector = NeighborCollector::nearest(queries.row(q), k, GetParam());
      offer_all(collector, queries.row(q));
      ASSERT_EQ(collector.finish(), reference.search(queries.row(q), k)) << "k " << k;
    }
  }
}

TEST_P(NeighborCollectorTest, KeepsTheLowestIdsOfManyEqualRows) {
  store(axis_embeddings(5000, 16, 3));
  const auto query = clustered_embeddings(1, 16, 1, 5);
  for (const std::size_t k : {1, 10, 300, 4999}) {
    auto collector = NeighborCollector::nearest(query.row(0), k, GetParam());
    offer_all(collector, query.row(0));
    ASSERT_EQ(collector.finish(), reference.search(query.row(0), k)) << "k " << k;
  }
}

TEST_P(NeighborCollectorTest, FindsAllWithinARange) {
  store(corner_embeddings(1500, 6));
  const auto query = corner_embeddings(1, 7);
  for (const float minimum :
       {-kInfinity, -2.0F, -1.0F, -0.5F, 0.0F, 0.25F, 0.3F, 1.0F, kInfinity}) {
    auto collector = NeighborCollector::within(query.row(0), minimum, GetParam());
    offer_all(collector, query.row(0));
    ASSERT_EQ(collector.finish(minimum), reference.range_search(query.row(0), minimum))
        << "minimum " << minimum;
  }
}

// Similarities end at 1 and -1, dot products of rows a little too long don't.
TEST_P(NeighborCollectorTest, RanksByIdWhereTheSimilarityEnds) {
  for (const float sign : {1.0F, -1.0F}) {
    EmbeddingBatch rows(16);
    std::vector<float> values(16);
    for (std::size_t r = 0; r < 900; ++r) {
      values[0] = sign * (1 + static_cast<float>(r % 91) * 1e-5F);
      rows.append_unit(values);
    }
    store(rows);
    const auto query = axis_embeddings(1, 16, 0);
    for (const std::size_t k : {1, 5, 200}) {
      auto collector = NeighborCollector::nearest(query.row(0), k, GetParam());
      offer_all(collector, query.row(0));
      ASSERT_EQ(collector.finish(), reference.search(query.row(0), k)) << sign << ", k " << k;
    }
    auto collector = NeighborCollector::within(query.row(0), sign, GetParam());
    offer_all(collector, query.row(0));
    ASSERT_EQ(collector.finish(sign), reference.range_search(query.row(0), sign)) << sign;
  }
}

TEST(NeighborCollectorOfNothingTest, FindsNothing) {
  const auto query = axis_embeddings(1, 16, 0);
  EXPECT_TRUE(NeighborCollector::nearest(query.row(0), 5, 1e-6F).finish().empty());
  EXPECT_TRUE(NeighborCollector::within(query.row(0), -1, 1e-6F).finish(-1).empty());
}

}  // namespace
}  // namespace simdb
