// Keys, metadata and items that change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using test::code_of;

class StoreChangeTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const StoreProblem& problem : store->verify()) ADD_FAILURE() << problem.what;
  }
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    store.reset();
    store = Store::open(path, mode);
  }
  static NewItem keyed(std::uint64_t number, const std::string& key) {
    NewItem item = test::numbered_item(number, "a");
    item.info.key = key;
    return item;
  }
  std::vector<ItemId> put(const std::vector<NewItem>& items,
                          const std::vector<ItemId>& replaced = {}) {
    std::vector<ItemRecord> records;
    for (const ItemId id : replaced) records.push_back(*store->get(id));
    return store->put(items, test::random_embeddings(items.size(), 16, 1), records);
  }

  test::TemporaryFolder folder;
  fs::path path = folder / "store";
  std::unique_ptr<Store> store = test::make_store(path);
};

TEST_F(StoreChangeTest, ItemsKeepIdAndEmbedding) {
  const auto ids = test::put_numbered(*store, 1, 3, "a");
  const ItemRecord before = *store->get(ids[1]);
  const Embedding embedding = *store->embedding(ids[1]);
  const std::vector<ItemId> some{ids[1], ItemId{99}, ids[2], ids[1]};
  EXPECT_EQ(store->update(some, {.class_name = "b", .set = {{"price", 1.5}}}),
            (std::vector{ids[1], ids[2]}));
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    reopen(mode);
    const ItemRecord after = *store->get(ids[1]);
    EXPECT_EQ(after.info.class_name, "b");
    EXPECT_EQ(after.info.source, before.info.source);
    EXPECT_EQ(after.info.metadata, (Metadata{{"price", 1.5}}));
    EXPECT_EQ(after.added_ms, before.added_ms);
    EXPECT_GE(after.changed_ms, before.added_ms);
    EXPECT_TRUE(std::ranges::equal(store->embedding(ids[1])->values(), embedding.values()));
    EXPECT_EQ(store->classes(), (std::vector<ClassCount>{{"a", 1}, {"b", 2}}));
    EXPECT_EQ(store->items_of("b"), (std::vector{ids[1], ids[2]}));
    EXPECT_EQ(store->size(), 3U);
  }
}

TEST_F(StoreChangeTest, WhatChangesNothingIsNoChange) {
  const auto ids = test::put_numbered(*store, 1, 2, "a");
  EXPECT_EQ(store->changes(), 1U);
  EXPECT_EQ(store->update(ids, {.class_name = "a", .unset = {"price"}}), ids);
  EXPECT_EQ(store->changes(), 1U);
  EXPECT_TRUE(store->update(std::vector{ItemId{99}}, {.class_name = "b"}).empty());
  EXPECT_EQ(store->changes(), 1U);
  store->update(ids, {.class_name = "b"});
  EXPECT_EQ(store->changes(), 2U);
}

TEST_F(StoreChangeTest, AKeyBelongsToOneItem) {
  const auto ids = put({keyed(1, "x"), keyed(2, "y"), keyed(3, "")});
  EXPECT_EQ(store->find_key("x"), ids[0]);
  EXPECT_EQ(store->find_key("y"), ids[1]);
  EXPECT_FALSE(store->find_key(""));
  EXPECT_FALSE(store->find_key("z"));
  EXPECT_EQ(code_of([&] { put({keyed(4, "x")}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { put({keyed(4, "z"), keyed(5, "z")}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { put({keyed(4, "a\nb")}); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { store->update(std::vector{ids[1]}, {.key = "x"}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { store->update(ids, {.key = "z"}); }), ErrorCode::kUsage);
  EXPECT_EQ(store->size(), 3U);
  EXPECT_EQ(store->changes(), 1U);

  store->update(std::vector{ids[0]}, {.key = "z"});
  EXPECT_FALSE(store->find_key("x"));
  EXPECT_EQ(store->find_key("z"), ids[0]);
  store->update(std::vector{ids[0]}, {.key = "z"});  // its own
  store->update(ids, {.key = ""});
  EXPECT_FALSE(store->find_key("z"));
}

TEST_F(StoreChangeTest, AReplacedItemHandsItsKeyOn) {
  const auto ids = put({keyed(1, "x"), keyed(2, "y")});
  const auto fresh = put({keyed(3, "x")}, {ids[0]});
  EXPECT_EQ(store->find_key("x"), fresh[0]);
  EXPECT_FALSE(store->get(ids[0]));
  EXPECT_EQ(store->size(), 2U);
  EXPECT_EQ(store->changes(), 2U);
  EXPECT_EQ(store->erased_since(1), std::vector{ids[0]});
}

TEST_F(StoreChangeTest, ARemovedItemFreesItsKeyAndFields) {
  auto item = keyed(1, "x");
  item.info.metadata = {{"price", 1.0}};
  const auto ids = put({item});
  store->erase(ids);
  EXPECT_FALSE(store->find_key("x"));
  EXPECT_TRUE(store->find_metadata({"price", Comparison::kEqual, 1.0}).empty());
  put({item});
}

TEST_F(StoreChangeTest, RefusedChangesLeaveEverythingAsItWas) {
  const auto ids = test::put_numbered(*store, 1, 2, "a");
  const auto refused = [&](const ItemChange& change) {
    EXPECT_EQ(code_of([&] { store->update(ids, change); }), ErrorCode::kBadInput);
  };
  refused({.class_name = ""});
  refused({.class_name = "b\n"});
  refused({.set = {{"", 1.0}}});
  refused({.set = {{"x", std::nan("")}}});
  refused({.set = {{"x", std::string(kMaxMetadataBytes, 'x')}}});
  store->update(ids, {.set = {{"x", std::string(kMaxMetadataBytes / 2, 'x')}}});
  refused({.class_name = "b", .set = {{"y", std::string(kMaxMetadataBytes / 2, 'x')}}});
  EXPECT_EQ(store->class_size("a"), 2U);
  EXPECT_EQ(store->changes(), 2U);
  reopen(StoreMode::kReadOnly);
  EXPECT_EQ(code_of([&] { store->update(ids, {.class_name = "b"}); }), ErrorCode::kUsage);
}

// Every comparison with every value, against passes().
TEST_F(StoreChangeTest, ConditionsFindWhatPasses) {
  const std::vector<MetadataValue> values{true,  false, -1e300, -2.0,  -1.0, 0.0,  0.5,  1.0,
                                          1e300, ""s,   "a"s,   "ab"s, "b"s, "B"s, "\0"s};
  std::vector<NewItem> items;
  for (std::uint64_t number = 1; number <= 60; ++number) {
    NewItem item = test::numbered_item(number, "a");
    if (number % 5 != 0) item.info.metadata["f"] = values[number % values.size()];
    if (number % 3 == 0) item.info.metadata["ff"] = values[number / 3 % values.size()];
    items.push_back(std::move(item));
  }
  put(items);
  using enum Comparison;
  for (const std::string& name : {"f"s, "ff"s, "g"s, "f\0b"s}) {
    for (const Comparison comparison :
         {kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual}) {
      for (const MetadataValue& value : values) {
        const MetadataCondition condition{name, comparison, value};
        std::vector<ItemId> expected;
        store->for_each_item([&](const ItemRecord& record) {
          if (passes(record.info.metadata, condition)) expected.push_back(record.id);
          return true;
        });
        EXPECT_EQ(store->find_metadata(condition), expected)
            << name << " " << static_cast<int>(comparison) << " " << value.index();
      }
    }
  }
}

TEST_F(StoreChangeTest, ChangesAreToldApartFromRemovals) {
  const auto ids = test::put_numbered(*store, 1, 4, "a");           // change 1
  store->update(std::vector{ids[0], ids[1]}, {.class_name = "b"});  // 2
  store->erase(std::vector{ids[1]});                                // 3
  store->update(std::vector{ids[0], ids[2]}, {.class_name = "c"});  // 4
  EXPECT_EQ(store->updated_since(1), (std::vector{ids[0], ids[1], ids[2]}));
  EXPECT_EQ(store->updated_since(2), (std::vector{ids[0], ids[2]}));
  EXPECT_EQ(store->updated_since(4), std::vector<ItemId>());
  EXPECT_EQ(store->erased_since(1), std::vector{ids[1]});
  store->forget_changes(3);
  EXPECT_FALSE(store->updated_since(2));
  EXPECT_EQ(store->updated_since(3), (std::vector{ids[0], ids[2]}));
}

// As version 1 left it: without the new families, and without a note of what was added.
TEST_F(StoreChangeTest, AStoreOfVersion1IsReadAndUpgradedByTheFirstWriter) {
  const auto ids = test::put_numbered(*store, 1, 4, "a");
  store->erase(std::vector{ids[3]});
  store.reset();
  {
    test::RawStore raw(path);
    raw.erase("tombstones", test::big_endian(1) + test::big_endian(1));
    raw.erase("meta", "history_entries");
    for (const char* later : {"by_key", "by_metadata", "images", "image_sizes", "vectors_2"}) {
      raw.drop_family(later);
    }
    raw.put("meta", "format_version", test::big_endian(1));
  }
  for (int round = 0; round < 2; ++round) {
    reopen(StoreMode::kReadOnly);
    EXPECT_EQ(store->get(ids[2])->info.class_name, "a");
    EXPECT_FALSE(store->find_key("x"));
    EXPECT_TRUE(store->find_metadata({"f", Comparison::kEqual, 1.0}).empty());
    EXPECT_TRUE(store->verify().empty());
    EXPECT_FALSE(store->upgraded_from());
    EXPECT_EQ(store->erased_since(0), std::vector{ids[3]});
    EXPECT_EQ(store->changes_since(1, 9), std::nullopt);
    EXPECT_EQ(store->changes_since(2, 9), (ItemHistory{{}, 2}));
    std::size_t entries = 0;
    store->for_each_entry([&](auto, auto, auto) { ++entries; });
    EXPECT_GT(entries, 20U);
  }
  reopen();
  EXPECT_EQ(store->upgraded_from(), 1U);
  store->update(std::vector{ids[2]}, {.key = "x", .set = {{"f", 1.0}}});
  reopen();
  EXPECT_FALSE(store->upgraded_from());
  EXPECT_EQ(store->find_key("x"), ids[2]);
  EXPECT_EQ(store->find_metadata({"f", Comparison::kEqual, 1.0}), std::vector{ids[2]});
  EXPECT_EQ(store->changes_since(1, 9), std::nullopt);
  EXPECT_EQ(store->changes_since(2, 9), (ItemHistory{{{3, ChangeKind::kUpdated, ids[2]}}, 3}));
  EXPECT_TRUE(store->verify().empty());
}

TEST_F(StoreChangeTest, AStoreOfVersion2IsReadAndUpgradedWithItsHistory) {
  const auto ids = test::put_numbered(*store, 1, 3, "a");
  store->erase(std::vector{ids[1]});
  const auto history = store->changes_since(0, 9);
  store.reset();
  {
    test::RawStore raw(path);
    for (const char* later : {"images", "image_sizes", "vectors_2"}) raw.drop_family(later);
    raw.put("meta", "format_version", test::big_endian(2));
  }
  for (int round = 0; round < 2; ++round) {
    reopen(StoreMode::kReadOnly);
    EXPECT_TRUE(store->verify().empty());
    EXPECT_EQ(store->changes_since(0, 9), history);
    EXPECT_FALSE(store->upgraded_from());
    store.reset();
    if (round == 0) test::RawStore(path).add_family("images");  // an upgrade was interrupted
  }
  reopen();
  EXPECT_EQ(store->upgraded_from(), 2U);
  EXPECT_EQ(store->changes_since(0, 9), history);
  reopen();
  EXPECT_FALSE(store->upgraded_from());
  EXPECT_EQ(store->changes_since(0, 9), history);
  EXPECT_TRUE(store->verify().empty());
}

TEST_F(StoreChangeTest, RepairDerivesKeysAndFields) {
  const auto ids = test::put_numbered(*store, 1, 3, "a");
  store->update(std::vector{ids[1]}, {.key = "x", .set = {{"f", 1.0}, {"g", "t"s}}});
  store.reset();
  {
    test::RawStore raw(path);
    raw.erase("by_key", "x");
    raw.put("by_key", "y", test::big_endian(1));
    raw.erase("by_metadata", "f\0n\xBF\xF0\0\0\0\0\0\0"s + test::big_endian(2));
    raw.put("by_metadata", "f\0b\1"s + test::big_endian(3), "");
  }
  const StoreRepair repair = Store::repair(path);
  EXPECT_EQ(repair.repaired.size(), 2U);
  EXPECT_TRUE(repair.lost.empty());
  reopen();
  EXPECT_EQ(store->find_key("x"), ids[1]);
  EXPECT_EQ(store->find_metadata({"f", Comparison::kNotEqual, 2.0}), std::vector{ids[1]});
}

}  // namespace
}  // namespace simdb
