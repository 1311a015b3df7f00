#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <thread>

#include "index/vector_index.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/reference_index.h"

namespace simdb {
namespace {

using test::clustered_embeddings;
using test::corner_embeddings;
using test::ids_from;
using test::random_embeddings;
using test::ReferenceIndex;

using Best = std::map<std::uint32_t, float>;

Best to_map(const std::vector<GroupBest>& found) {
  Best best;
  for (const GroupBest& entry : found) {
    EXPECT_TRUE(best.emplace(entry.group, entry.similarity).second) << "group " << entry.group;
  }
  return best;
}

Best by_reference(const ReferenceIndex& reference, std::span<const float> query,
                  const GroupedItems& items, std::span<const std::uint32_t> without) {
  Best best;
  for (const auto& [id, row] : reference.rows()) {
    const std::uint32_t group = items.group_of(id);
    if (group == GroupedItems::kNoGroup) continue;
    if (std::ranges::find(without, group) != without.end()) continue;
    const float alike = similarity(query, row.values());
    if (alike < items.limits()[group]) continue;
    const auto [known, is_new] = best.emplace(group, alike);
    if (!is_new) known->second = std::max(known->second, alike);
  }
  return best;
}

// In flat and partitioned indexes; neighbours in one group, as classes are, or groups all over.
class GroupSearchTest : public testing::TestWithParam<std::tuple<std::size_t, bool>> {
 protected:
  static constexpr std::size_t kRows = 3000;
  static constexpr std::uint32_t kGroups = 40;

  void build(const EmbeddingBatch& rows, std::size_t centres) {
    index_ = make_index(rows.dimension(), {.partition_from = std::get<0>(GetParam())});
    index_->add(ids_from(1, rows.rows()), rows);
    reference_.add(ids_from(1, rows.rows()), rows);
    const EmbeddingBatch middles = random_embeddings(kGroups, rows.dimension(), centres);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      if (r % 50 == 7) continue;  // in no group
      std::uint32_t group = random_() % kGroups;
      if (std::get<1>(GetParam())) {
        float best = -2;
        for (std::uint32_t g = 0; g < kGroups; ++g) {
          const float alike = similarity(rows.row(r), middles.row(g));
          if (alike > best) {
            best = alike;
            group = g;
          }
        }
      }
      ids_.push_back(ItemId{r + 1});
      groups_.push_back(group);
    }
  }

  GroupedItems items(float from, float to) {
    std::vector<float> limits;
    limits.reserve(kGroups);
    for (std::uint32_t g = 0; g < kGroups; ++g) {
      limits.push_back(std::uniform_real_distribution<float>(from, to)(random_));
    }
    limits[3] = std::numeric_limits<float>::infinity();
    limits[4] = -1;
    limits[5] = 1;
    limits[6] = -std::numeric_limits<float>::infinity();
    return {ids_, groups_, limits};
  }

  // Returns how many groups were found.
  std::size_t expect_right(const GroupedItems& items, const EmbeddingBatch& queries) {
    std::size_t count = 0;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      std::vector<std::uint32_t> without;
      for (std::size_t n = random_() % 4; n > 0; --n) without.push_back(random_() % kGroups);
      const Best expected = by_reference(reference_, queries.row(q), items, without);
      EXPECT_EQ(to_map(index_->best_of_groups(queries.row(q), items, without)), expected)
          << "query " << q;
      count += expected.size();
    }
    return count;
  }

  std::mt19937_64 random_{7};
  std::unique_ptr<VectorIndex> index_;
  ReferenceIndex reference_;
  std::vector<ItemId> ids_;
  std::vector<std::uint32_t> groups_;
};

INSTANTIATE_TEST_SUITE_P(, GroupSearchTest,
                         testing::Combine(testing::Values(1U, 1000000U), testing::Bool()),
                         [](const auto& options) {
                           return std::string(std::get<0>(options.param) == 1 ? "Partitioned"
                                                                              : "Flat") +
                                  (std::get<1>(options.param) ? "Neighbours" : "AllOver");
                         });

TEST_P(GroupSearchTest, FindsWhatTheReferenceFinds) {
  // On a circle and a sphere the bounds of blocks are met, not only kept.
  for (const std::size_t dimension : {2, 3, 16, 100}) {
    ids_.clear();
    groups_.clear();
    reference_ = {};
    const EmbeddingBatch rows = clustered_embeddings(kRows, dimension, 60, 1);
    build(rows, 2);
    EmbeddingBatch queries = clustered_embeddings(25, dimension, 60, 1);
    queries.append_unit(rows.row(17));
    const EmbeddingBatch others = random_embeddings(10, dimension, 3);
    for (std::size_t r = 0; r < others.rows(); ++r) queries.append_unit(others.row(r));
    for (const auto& [from, to] : {std::pair{-1.0F, 1.0F}, {0.6F, 1.0F}, {0.97F, 1.0F}}) {
      EXPECT_GT(expect_right(items(from, to), queries), queries.rows()) << from;
    }
  }
}

// So many rows that partitions have several blocks, of which a search reads some.
TEST_P(GroupSearchTest, PartitionsOfSeveralBlocks) {
  const std::size_t dimension = std::get<1>(GetParam()) ? 2 : 4;
  const EmbeddingBatch rows = random_embeddings(60000, dimension, 20);
  build(rows, 21);
  EmbeddingBatch queries = random_embeddings(10, dimension, 22);
  for (std::size_t r = 0; r < 30; ++r) queries.append_unit(rows.row(100 * r + 1));
  for (const float from : {0.9F, 0.999F, 0.99999F}) {
    EXPECT_GT(expect_right(items(from, 1), queries), queries.rows()) << from;
  }
}

// Dot products are multiples of 1/8: most limits are met to the bit, and groups tie.
TEST_P(GroupSearchTest, LimitsAreMetToTheBit) {
  build(corner_embeddings(kRows, 4), 5);
  std::vector<float> limits;
  limits.reserve(kGroups);
  for (std::uint32_t g = 0; g < kGroups; ++g) {
    limits.push_back(static_cast<float>(random_() % 9) / 8);
  }
  EXPECT_GT(expect_right({ids_, groups_, limits}, corner_embeddings(30, 6)), 100U);
}

TEST_P(GroupSearchTest, FollowsChangesOfTheIndex) {
  build(clustered_embeddings(kRows, 16, 60, 8), 9);
  const GroupedItems grouped = items(0.5F, 1);
  const EmbeddingBatch queries = clustered_embeddings(20, 16, 60, 8);
  expect_right(grouped, queries);
  std::vector<ItemId> gone;
  for (std::uint64_t id = 3; id < kRows; id += 5) gone.push_back(ItemId{id});
  index_->remove(gone);
  reference_.remove(gone);
  expect_right(grouped, queries);
  const EmbeddingBatch more = clustered_embeddings(300, 16, 60, 10);  // in no group
  index_->add(ids_from(kRows + 1, 300), more);
  reference_.add(ids_from(kRows + 1, 300), more);
  expect_right(grouped, queries);
}

TEST_P(GroupSearchTest, TakesQueriesThatAreNotQuiteOfUnitLength) {
  build(clustered_embeddings(kRows, 16, 60, 11), 12);
  const GroupedItems grouped = items(0.8F, 1);
  const EmbeddingBatch queries = clustered_embeddings(20, 16, 60, 11);
  for (const float length : {0.9991F, 1.0009F}) {
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      std::vector<float> query(queries.row(q).begin(), queries.row(q).end());
      for (float& value : query) value *= length;
      ASSERT_EQ(to_map(index_->best_of_groups(query, grouped, {})),
                by_reference(reference_, query, grouped, {}));
    }
  }
}

TEST_P(GroupSearchTest, ThreadsSearchAtTheSameTime) {
  build(clustered_embeddings(kRows, 16, 60, 13), 14);
  const EmbeddingBatch queries = clustered_embeddings(40, 16, 60, 13);
  const GroupedItems some = items(0.5F, 1);
  const GroupedItems others = items(0.0F, 1);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t q = 0; q < queries.rows(); ++q) {
        const GroupedItems& grouped = (q + t) % 2 == 0 ? some : others;
        EXPECT_EQ(to_map(index_->best_of_groups(queries.row(q), grouped, {})),
                  by_reference(reference_, queries.row(q), grouped, {}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(GroupSearchTest, RefusesWhatIsNoQuery) {
  build(clustered_embeddings(100, 16, 6, 15), 16);
  const GroupedItems grouped = items(0.5F, 1);
  EXPECT_EQ(test::code_of([&] { index_->best_of_groups(std::vector<float>(15), grouped, {}); }),
            ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { index_->best_of_groups(std::vector<float>(16), grouped, {}); }),
            ErrorCode::kUsage);
}

TEST(GroupSearchEmptyTest, AnEmptyIndexHasNoGroups) {
  const auto index = make_index(16);
  const GroupedItems grouped({ItemId{1}}, std::vector<std::uint32_t>{0}, {0});
  EXPECT_TRUE(index->best_of_groups(random_embeddings(1, 16, 1).row(0), grouped, {}).empty());
}

}  // namespace
}  // namespace simdb
