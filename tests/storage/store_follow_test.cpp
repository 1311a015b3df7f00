// How a store takes over what became of another gallery.
#include <gtest/gtest.h>

#include "storage/store.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using enum ChangeKind;
using test::code_of;

ItemRecord record_of(std::uint64_t id, const std::string& class_name, std::int64_t ms = 1'000) {
  ItemRecord record{ItemId{id}, ms, test::numbered_item(id, class_name).info, ms + 5};
  record.info.metadata = {{"n", static_cast<double>(id)}};
  return record;
}

FollowedItems items_of(const std::vector<ItemRecord>& records) {
  FollowedItems items(16);
  items.records = records;
  items.embeddings = test::corner_embeddings(records.size(), 7);
  for (const ItemRecord& record : records) {
    items.thumbnails.push_back(test::numbered_item(to_number(record.id), "a").thumbnail);
  }
  return items;
}

FollowedChanges changes_to(const ChangePoint& through, std::vector<ItemEvent> events) {
  FollowedChanges changes(16);
  changes.through = through;
  changes.events = std::move(events);
  return changes;
}

class StoreFollowTest : public testing::Test {
 protected:
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    store.reset();
    store = Store::open(path, mode);
  }
  void expect_sound() const {
    for (const StoreProblem& problem : store->verify()) ADD_FAILURE() << problem.what;
  }
  // The original is at change 40; it has items 3, 4 and 9.
  void load() {
    store->begin_following({40, 77});
    store->load(items_of({record_of(3, "a"), record_of(4, "b")}));
    store->load(items_of({record_of(9, "a")}));
    store->follow(changes_to({40, 77}, {}));
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "store";
  std::unique_ptr<Store> store = test::make_store(path);
};

TEST_F(StoreFollowTest, TakesOverItemsWithTheirIdsAndTimes) {
  load();
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    reopen(mode);
    EXPECT_EQ(store->following(), Following::kOriginal);
    EXPECT_EQ(store->get(ItemId{4}), record_of(4, "b"));
    EXPECT_EQ(store->get(ItemId{9}), record_of(9, "a"));
    EXPECT_EQ(store->embedding(ItemId{4}), test::corner_embeddings(2, 7).at(1));
    EXPECT_EQ(store->thumbnail(ItemId{9}), test::numbered_item(9, "a").thumbnail);
    EXPECT_EQ(store->items_of("a"), (std::vector{ItemId{3}, ItemId{9}}));
    EXPECT_EQ(store->find_metadata({"n", Comparison::kEqual, 4.0}), std::vector{ItemId{4}});
    EXPECT_EQ(store->size(), 3U);
    EXPECT_EQ(store->changes(), 40U);
    EXPECT_EQ(store->mark_of(40), 77U);
    EXPECT_EQ(store->mark_of(39), std::nullopt);
    EXPECT_EQ(store->changes_since(40, 9), (ItemHistory{{}, 40}));
    EXPECT_EQ(store->changes_since(39, 9), std::nullopt);
    EXPECT_EQ(store->next_id(), ItemId{10});
    expect_sound();
  }
}

// One batch for several changes, with holes among the ids, a key and a name that change their
// owners, and an item that came and went in between.
TEST_F(StoreFollowTest, TakesOverChangesWithTheirNumbersAndMarks) {
  store->begin_following({40, 77});
  ItemRecord keyed = record_of(4, "b");
  keyed.info.key = "k";
  store->load(items_of({record_of(3, "a"), keyed, record_of(9, "a")}));
  store->follow(changes_to({40, 77}, {}));

  auto changes = changes_to({46, 88}, {{41, kAdded, ItemId{12}},
                                       {41, kAdded, ItemId{13}},
                                       {41, kAdded, ItemId{15}},
                                       {42, kRemoved, ItemId{3}},
                                       {42, kUpdated, ItemId{4}},
                                       {43, kUpdated, ItemId{9}},
                                       {44, kRemoved, ItemId{13}},
                                       {45, kUpdated, ItemId{15}}});
  ItemRecord taker = record_of(9, "b", 2'000);
  taker.info.key = "k";
  changes.updated = {record_of(4, "c"), taker};
  changes.added = items_of({record_of(12, "c"), record_of(15, "new")});
  changes.marks = {{43, 88}};
  changes.settings = {{{"x", "1"}, {"y", "2"}}};
  std::vector<ItemId> before;
  store->follow(changes, [&](const ItemRecord& record) { before.push_back(record.id); });
  EXPECT_EQ(before, (std::vector{ItemId{3}, ItemId{4}, ItemId{9}}));
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    reopen(mode);
    EXPECT_EQ(store->classes(), (std::vector<ClassCount>{{"b", 1}, {"c", 2}, {"new", 1}}));
    EXPECT_EQ(store->get(ItemId{9}), taker);
    EXPECT_EQ(store->get(ItemId{3}), std::nullopt);
    EXPECT_EQ(store->find_key("k"), ItemId{9});
    EXPECT_EQ(store->changes(), 46U);
    EXPECT_EQ(store->changes_since(40, 99), (ItemHistory{changes.events, 46}));
    EXPECT_EQ(store->changes_since(40, 1)->through, 41U);
    EXPECT_EQ(store->mark_of(42), 77U);
    EXPECT_EQ(store->mark_of(43), 88U);
    EXPECT_EQ(store->mark_of(46), 88U);
    EXPECT_EQ(store->next_id(), ItemId{16});
    EXPECT_EQ(store->settings(), *changes.settings);
    expect_sound();
  }
  reopen();
  auto fewer = changes_to({47, 88}, {});
  fewer.settings = {{{"y", "2"}}};
  store->follow(fewer);
  EXPECT_EQ(store->setting("x"), "");
  EXPECT_EQ(store->setting("y"), "2");
  EXPECT_EQ(store->changes(), 47U);
}

TEST_F(StoreFollowTest, GoesOnLoadingWhereItEnded) {
  store->begin_following({40, 77});
  store->load(items_of({record_of(3, "a"), record_of(6, "b")}));
  reopen();
  EXPECT_EQ(store->following(), Following::kIncomplete);
  EXPECT_EQ(store->next_id(), ItemId{7});
  EXPECT_EQ(store->mark_of(store->changes()), 77U);
  expect_sound();
  EXPECT_EQ(code_of([&] { store->load(items_of({record_of(6, "b")})); }), ErrorCode::kUsage);
  store->load(items_of({record_of(9, "a")}));
  reopen();
  // Item 9 was read as it was after change 42.
  auto changes = changes_to({42, 77}, {{41, kAdded, ItemId{9}}, {42, kUpdated, ItemId{9}}});
  changes.added = items_of({record_of(9, "z")});
  store->follow(changes);
  EXPECT_EQ(store->size(), 3U);
  EXPECT_EQ(store->get(ItemId{9}), record_of(9, "z"));
  EXPECT_EQ(store->items_of("a"), std::vector{ItemId{3}});
  expect_sound();
}

TEST_F(StoreFollowTest, RefusesWhatDoesNotFollowAndItsOwnChanges) {
  EXPECT_EQ(code_of([&] { store->follow(changes_to({1, 1}, {})); }), ErrorCode::kUsage);
  load();
  const auto refused = [&](const FollowedChanges& changes) {
    return code_of([&] { store->follow(changes); });
  };
  EXPECT_EQ(refused(changes_to({39, 77}, {})), ErrorCode::kUsage);
  EXPECT_EQ(refused(changes_to({41, 78}, {})), ErrorCode::kUsage);  // a mark from nowhere
  EXPECT_EQ(refused(changes_to({41, 77}, {{40, kRemoved, ItemId{3}}})), ErrorCode::kUsage);
  auto unknown = changes_to({41, 77}, {{41, kUpdated, ItemId{5}}});
  unknown.updated = {record_of(5, "a")};
  EXPECT_EQ(refused(unknown), ErrorCode::kCorruption);
  auto given = changes_to({41, 77}, {{41, kAdded, ItemId{5}}});
  given.added = items_of({record_of(5, "a")});
  EXPECT_EQ(refused(given), ErrorCode::kCorruption);

  EXPECT_EQ(code_of([&] { store->erase(std::vector{ItemId{3}}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { test::put_numbered(*store, 1, 1, "a"); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { store->set_setting("x", "y"); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { store->begin_following({50, 1}); }), ErrorCode::kUsage);
  EXPECT_EQ(store->changes(), 40U);
  EXPECT_EQ(store->size(), 3U);
  expect_sound();
  store->forget_changes(40);  // is no change
}

TEST_F(StoreFollowTest, EndsAsAStoreInItsOwnRight) {
  load();
  store->end_following(ItemId{21});
  EXPECT_EQ(store->following(), Following::kNothing);
  reopen();
  EXPECT_EQ(store->following(), Following::kNothing);
  EXPECT_EQ(store->changes_since(40, 1), (ItemHistory{{}, 40}));
  EXPECT_EQ(test::put_numbered(*store, 21, 2, "own").front(), ItemId{21});
  EXPECT_EQ(store->changes(), 41U);
  EXPECT_NE(store->mark_of(41), 77U);
  EXPECT_EQ(store->mark_of(40), 77U);
  expect_sound();
  reopen();
  expect_sound();
}

}  // namespace
}  // namespace simdb
