#include <gtest/gtest.h>

#include "database/item_labels_internal.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

class ItemLabelsTest : public testing::Test {
 protected:
  std::vector<LabeledNeighbor> labels_of(const std::vector<ItemId>& wanted) {
    std::vector<Neighbor> neighbors;
    for (const ItemId id : wanted) neighbors.push_back({id, 0.5F});
    return labels.of(*store, neighbors);
  }
  void expect_right(const std::vector<ItemId>& wanted) {
    const auto found = labels_of(wanted);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const ItemInfo info = store->get(wanted[i])->info;
      EXPECT_EQ(found[i].id, wanted[i]);
      EXPECT_EQ(found[i].similarity, 0.5F);
      EXPECT_EQ(found[i].class_name, info.class_name);
      EXPECT_EQ(found[i].source, info.source);
      EXPECT_EQ(found[i].has_details, !info.key.empty() || !info.metadata.empty());
    }
  }

  test::TemporaryFolder folder;
  std::unique_ptr<Store> store = test::make_store(folder / "store");
  ItemLabels labels;
};

TEST_F(ItemLabelsTest, TellsClassAndSourceInTheOrderOfTheHits) {
  const auto a = test::put_numbered(*store, 1, 3, "a");
  const auto b = test::put_numbered(*store, 10, 2, "b");
  expect_right({b[1], a[2]});
  expect_right({a[0], b[1], a[1], a[2], b[0]});  // some are remembered
  expect_right({});
}

TEST_F(ItemLabelsTest, LeavesOutWhatWasRemoved) {
  const auto ids = test::put_numbered(*store, 1, 3, "a");
  expect_right({ids[0], ids[1]});
  const std::vector<ItemId> removed{ids[1], ids[2]};
  store->erase(removed);
  EXPECT_EQ(labels_of(ids).size(), 2U);  // one was remembered, and nobody has told
  labels.forget(removed);
  EXPECT_EQ(labels_of(ids).size(), 1U);
  EXPECT_EQ(labels_of({ids[2], ids[1]}).size(), 0U);
}

// Of items never asked for, as pages are read once many records were.
TEST_F(ItemLabelsTest, PagesFollowWhatIsAddedAndRemoved) {
  std::vector<ItemId> ids = test::put_numbered(*store, 1, 700, "a");
  for (const ItemId id : ids) expect_right({id});
  const auto add = [&] {
    const auto more = test::put_numbered(*store, 1000, 3, "b");
    labels.forget(more);
    ids.insert(ids.end(), more.begin(), more.end());
  };
  add();
  expect_right(ids);
  add();  // to a page that is known
  expect_right(ids);
  const std::vector<ItemId> removed{ids[0], ids[255], ids[256], ids.back()};
  store->erase(removed);
  labels.forget(removed);
  EXPECT_EQ(labels_of(ids).size(), ids.size() - removed.size());
  for (const ItemId id : removed) EXPECT_TRUE(labels_of({id}).empty());
  expect_right({ids[1], ids[254], ids[257], ids[702]});
}

TEST_F(ItemLabelsTest, TellsWhetherThereIsAKeyOrMetadata) {
  const auto ids = test::put_numbered(*store, 1, 700, "a");
  const auto give = [&](ItemId id, const ItemChange& change) {
    store->update(std::span(&id, 1), change);
    labels.forget(std::span(&id, 1));
  };
  give(ids[1], {.key = "k"});
  give(ids[3], {.set = {{"n", MetadataValue(1.0)}}});
  expect_right(ids);                                          // one by one
  for (int round = 0; round < 2; ++round) expect_right(ids);  // pages, read and remembered
  give(ids[1], {.key = ""});
  give(ids[2], {.key = "k"});
  expect_right(ids);
}

TEST_F(ItemLabelsTest, LittleMemoryChangesNoAnswer) {
  const auto ids = test::put_numbered(*store, 1, 500, "a");
  // A few items; and so many that pages look as if they fitted, until some are read.
  for (const std::size_t bytes : {1'000, 64'500}) {
    ItemLabels small(bytes);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < ids.size(); i += 1 + static_cast<std::size_t>(round)) {
        const Neighbor neighbor{ids[i], 1};
        const auto found = small.of(*store, std::span(&neighbor, 1));
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].source, store->get(ids[i])->info.source);
      }
    }
  }
}

}  // namespace
}  // namespace simdb
