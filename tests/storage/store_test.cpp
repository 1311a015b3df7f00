#include "storage/store.h"

#include <gtest/gtest.h>

#include <iterator>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::code_of;
using test::difference;
using test::error_of;
using test::numbered_item;
using test::put_numbered;
using test::random_embeddings;

class StoreTest : public testing::Test {
 protected:
  // Closes the store first: only one may write.
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    store.reset();
    store = Store::open(path, mode);
  }
  void expect_sound() const {
    for (const StoreProblem& problem : store->verify()) ADD_FAILURE() << problem.what;
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "store";
  std::unique_ptr<Store> store = test::make_store(path);
};

TEST_F(StoreTest, ANewStoreIsEmptyAndSound) {
  EXPECT_EQ(store->size(), 0U);
  EXPECT_EQ(store->dimension(), 16U);
  EXPECT_TRUE(store->classes().empty());
  EXPECT_FALSE(store->get(ItemId{1}));
  EXPECT_FALSE(store->embedding(ItemId{1}));
  EXPECT_TRUE(store->thumbnail(ItemId{1}).empty());
  expect_sound();
}

TEST_F(StoreTest, ItemsComeBackBitForBit) {
  const auto ids = put_numbered(*store, 1, 20, "cat");
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(difference(*store, ids[i], 1 + i), "");
  EXPECT_GT(store->get(ids[0])->added_ms, 1'600'000'000'000);
  expect_sound();
}

TEST_F(StoreTest, ItemsSurviveReopeningInBothModes) {
  const auto ids = put_numbered(*store, 1, 20, "cat");
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    reopen(mode);
    EXPECT_EQ(store->size(), 20U);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(difference(*store, ids[i], 1 + i), "");
    EXPECT_EQ(store->encoder_model(), std::vector<std::byte>(1000, std::byte{42}));
    EXPECT_EQ(store->encoder_fingerprint(), to_hex(sha256(store->encoder_model())));
    expect_sound();
  }
}

TEST_F(StoreTest, IdsGrowAndAreNeverUsedAgain) {
  EXPECT_EQ(put_numbered(*store, 1, 2, "cat"), (std::vector{ItemId{1}, ItemId{2}}));
  store->erase(std::vector{ItemId{2}});
  EXPECT_EQ(put_numbered(*store, 3, 1, "cat"), (std::vector{ItemId{3}}));
  store->erase(std::vector{ItemId{1}, ItemId{3}});
  reopen();
  EXPECT_EQ(put_numbered(*store, 4, 1, "cat"), (std::vector{ItemId{4}}));
}

TEST_F(StoreTest, EraseRemovesEveryTrace) {
  const auto ids = put_numbered(*store, 1, 5, "cat");
  const std::vector<ItemId> doomed{ids[3], ItemId{99}, ids[1], ids[3]};
  EXPECT_EQ(store->erase(doomed), (std::vector{ids[1], ids[3]}));
  EXPECT_FALSE(store->get(ids[1]));
  EXPECT_FALSE(store->embedding(ids[1]));
  EXPECT_TRUE(store->thumbnail(ids[1]).empty());
  EXPECT_TRUE(store->find_digest(numbered_item(2, "").info.digest).empty());
  EXPECT_EQ(store->items_of("cat"), (std::vector{ids[0], ids[2], ids[4]}));
  EXPECT_EQ(store->size(), 3U);
  EXPECT_TRUE(store->erase(doomed).empty());
  expect_sound();
}

TEST_F(StoreTest, ClassesAreCountedInByteOrderAndVanishWhenEmpty) {
  put_numbered(*store, 1, 2, "b");
  const auto a = put_numbered(*store, 3, 3, "a");
  put_numbered(*store, 6, 1, "a b");
  put_numbered(*store, 7, 1, "b");
  EXPECT_EQ(store->classes(), (std::vector<ClassCount>{{"a", 3}, {"a b", 1}, {"b", 3}}));
  EXPECT_EQ(store->class_size("b"), 3U);
  EXPECT_EQ(store->class_size("c"), 0U);
  EXPECT_EQ(store->items_of("a"), a);
  EXPECT_TRUE(store->items_of("").empty());
  EXPECT_TRUE(store->items_of("c").empty());
  for (std::size_t zeros = 1; zeros < 12; ++zeros) {  // as the keys of "a" go on
    EXPECT_TRUE(store->items_of("a" + std::string(zeros, '\0')).empty());
  }
  store->erase(a);
  EXPECT_EQ(store->classes(), (std::vector<ClassCount>{{"a b", 1}, {"b", 3}}));
  EXPECT_EQ(store->class_size("a"), 0U);
  expect_sound();
}

TEST_F(StoreTest, ItemsOfOneFileAreFoundByItsDigest) {
  std::vector<NewItem> items{numbered_item(1, "cat"), numbered_item(2, "cat"),
                             numbered_item(1, "dog")};
  const auto ids = store->put(items, random_embeddings(3, 16, 1));
  EXPECT_EQ(store->find_digest(items[0].info.digest), (std::vector{ids[0], ids[2]}));
  EXPECT_EQ(store->find_digest(items[1].info.digest), (std::vector{ids[1]}));
}

TEST_F(StoreTest, VisitsInOrderUntilTold) {
  const auto ids = put_numbered(*store, 1, 10, "cat");
  std::vector<ItemId> items;
  store->for_each_item([&](const ItemRecord& record) {
    items.push_back(record.id);
    return items.size() < 4;
  });
  EXPECT_EQ(items, std::vector(ids.begin(), ids.begin() + 4));
  std::vector<ItemId> vectors;
  store->for_each_embedding([&](ItemId id, std::span<const float> values) {
    EXPECT_EQ(values.size(), 16U);
    vectors.push_back(id);
    return true;
  });
  EXPECT_EQ(vectors, ids);
}

TEST_F(StoreTest, VisitsEmbeddingsFromAnIdUp) {
  const auto ids = put_numbered(*store, 1, 300, "cat");  // ids of one and of two bytes
  const auto visited = [&](ItemId first) {
    std::vector<ItemId> found;
    store->for_each_embedding_from(first, [&](ItemId id, std::span<const float> values) {
      EXPECT_EQ(store->embedding(id), Embedding::from_unit(values));
      found.push_back(id);
      return true;
    });
    return found;
  };
  EXPECT_EQ(visited(ItemId{0}), ids);
  EXPECT_EQ(visited(ItemId{1}), ids);
  EXPECT_EQ(visited(ItemId{256}), std::vector(ids.begin() + 255, ids.end()));
  EXPECT_EQ(visited(ItemId{300}), (std::vector{ItemId{300}}));
  EXPECT_TRUE(visited(ItemId{301}).empty());
  store->erase(std::vector{ItemId{256}});
  EXPECT_EQ(visited(ItemId{256}), std::vector(ids.begin() + 256, ids.end()));
}

TEST_F(StoreTest, OneBadItemStopsAllOfThem) {
  put_numbered(*store, 1, 1, "cat");
  for (const std::string bad : {"", "a\nb", "\xFF"}) {
    const std::vector<NewItem> items{numbered_item(2, "cat"), numbered_item(3, bad)};
    EXPECT_EQ(code_of([&] { store->put(items, random_embeddings(2, 16, 1)); }),
              ErrorCode::kBadInput);
  }
  const std::vector<NewItem> items{numbered_item(2, "cat"), numbered_item(3, "cat")};
  EXPECT_EQ(code_of([&] { store->put(items, random_embeddings(1, 16, 1)); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { store->put(items, random_embeddings(2, 32, 1)); }), ErrorCode::kUsage);
  EXPECT_EQ(store->size(), 1U);
  EXPECT_EQ(put_numbered(*store, 4, 1, "cat"), (std::vector{ItemId{2}}));
  expect_sound();
}

TEST_F(StoreTest, NothingToDoIsNoError) {
  EXPECT_TRUE(store->put({}, EmbeddingBatch(16)).empty());
  EXPECT_TRUE(store->erase({}).empty());
}

TEST_F(StoreTest, OtherDimensionsWork) {
  auto wide = test::make_store(folder / "wide", 512);
  const auto ids = put_numbered(*wide, 1, 3, "cat");
  EXPECT_EQ(difference(*wide, ids[2], 3), "");
}

TEST_F(StoreTest, AReadOnlyStoreRefusesChanges) {
  put_numbered(*store, 1, 1, "cat");
  reopen(StoreMode::kReadOnly);
  const Error error = error_of([&] { put_numbered(*store, 2, 1, "cat"); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
  EXPECT_EQ(code_of([&] { store->erase(std::vector{ItemId{1}}); }), ErrorCode::kUsage);
  EXPECT_EQ(store->size(), 1U);
}

TEST_F(StoreTest, ManySmallSessionsStaySmallAndSound) {
  for (std::uint64_t number = 1; number <= 30; ++number) {
    put_numbered(*store, number, 1, "cat");
    reopen();
  }
  EXPECT_EQ(store->size(), 30U);
  expect_sound();
  const auto files = std::distance(std::filesystem::directory_iterator(path), {});
  EXPECT_LT(files, 80);
}

}  // namespace
}  // namespace simdb
