#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "index/vector_index.h"
#include "tests/support/embeddings.h"
#include "tests/support/reference_index.h"

namespace simdb {
namespace {

using test::clustered_embeddings;
using test::ids_from;
using test::random_embeddings;
using test::ReferenceIndex;

TEST(SearchScopeTest, AFilterThatNoSearchHasSeenIsRightAtEverySize) {
  // In clusters and all over, with ids that are gone or never were; each filter is for one search.
  for (const bool clustered : {true, false}) {
    const auto rows =
        clustered ? clustered_embeddings(9000, 16, 60, 31) : random_embeddings(9000, 16, 31);
    const auto index = make_index(16, {.threads = 2});
    index->add(ids_from(1, 9000), rows);
    ReferenceIndex reference;
    reference.add(ids_from(1, 9000), rows);
    std::vector<ItemId> gone;
    for (std::uint64_t id = 5; id < 9000; id += 9) gone.push_back(ItemId{id});
    std::mt19937_64 random(32);
    const auto expect_right = [&](const char* when) {
      const auto queries = clustered_embeddings(40, 16, 60, 33);
      for (const std::size_t count : {1, 20, 64, 65, 90, 140, 141, 300, 2250, 2251, 8000}) {
        std::vector<ItemId> ids = ids_from(1, 9300);
        std::ranges::shuffle(ids, random);
        ids.resize(count);
        std::ranges::sort(ids);
        for (const std::size_t k : {std::size_t{1}, std::size_t{10}, std::size_t{25}, count + 1}) {
          const auto query = queries.row(random() % queries.rows());
          const auto expected = reference.search(query, k, ids);
          ASSERT_EQ(index->search(query, k, ids), expected)
              << when << ", " << count << " ids, k " << k;
          if (expected.empty()) continue;
          auto within = reference.search(query, count, ids);
          const float minimum = expected.back().similarity;
          std::erase_if(within, [&](const Neighbor& n) { return n.similarity < minimum; });
          ASSERT_EQ(index->range_search(query, minimum, ids), within)
              << when << ", " << count << " ids, range of " << k;
        }
        const auto found = index->search_batch(queries, 5, 2, ids);
        for (std::size_t q = 0; q < queries.rows(); ++q) {
          ASSERT_EQ(found[q], reference.search(queries.row(q), 5, ids))
              << when << ", " << count << " ids, query " << q << " of a batch";
        }
      }
    };
    expect_right("at first");
    index->remove(gone);
    reference.remove(gone);
    expect_right("after removals");
    const auto more = random_embeddings(200, 16, 34);
    index->add(ids_from(9001, 200), more);
    reference.add(ids_from(9001, 200), more);
    expect_right("after additions");
  }
}

}  // namespace
}  // namespace simdb
