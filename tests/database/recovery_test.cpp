#include <gtest/gtest.h>

#include "database/recovery_internal.h"
#include "database/search_check.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

class RecoveryTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  std::unique_ptr<Store> store = test::make_store(folder / "store");
  std::unique_ptr<VectorIndex> index = make_index(16);
};

TEST_F(RecoveryTest, AnEmptyStoreGivesAnEmptyIndex) {
  rebuild_index(*store, *index);
  EXPECT_EQ(index->size(), 0U);
  EXPECT_TRUE(compare_index(*store, *index).empty());
}

TEST_F(RecoveryTest, TheIndexHoldsWhatTheStoreHolds) {
  const auto ids = test::put_numbered(*store, 1, 5000, "cat");  // more than one block of rows
  store->erase(std::vector{ids[0], ids[17], ids[4999]});
  rebuild_index(*store, *index);
  EXPECT_EQ(index->size(), 4997U);
  EXPECT_TRUE(compare_index(*store, *index).empty());
}

TEST_F(RecoveryTest, EveryDifferenceIsReported) {
  const auto ids = test::put_numbered(*store, 1, 5, "cat");  // 1 to 5
  // 1 is missing, 3 differs, 7 and 9 are too many.
  const std::vector<ItemId> indexed{ids[1], ids[2], ids[3], ids[4], ItemId{7}, ItemId{9}};
  EmbeddingBatch embeddings(16);
  for (const std::uint64_t number : {2, 33, 4, 5, 7, 9}) {
    embeddings.append(test::random_embeddings(1, 16, number));
  }
  index->add(indexed, embeddings);
  EXPECT_EQ(compare_index(*store, *index),
            (std::vector<std::string>{
                "item 1 is in the store, but not in the index",
                "item 3 has another embedding in the index than in the store",
                "item 7 is in the index, but not in the store",
                "item 9 is in the index, but not in the store",
            }));
  const auto problems = compare_searches(
      store->size(), 16, [&](const EmbeddingVisitor& visit) { store->for_each_embedding(visit); },
      [&](std::span<const float> query, std::size_t k) { return index->search(query, k); });
  EXPECT_EQ(problems.size(), 5U);
}

}  // namespace
}  // namespace simdb
