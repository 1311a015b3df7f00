// What the store tells a cache that has fallen behind: who it is, how many changes it has seen, and
// which ids they removed.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::code_of;
using test::put_numbered;

using Ids = std::vector<ItemId>;

class StoreHistoryTest : public testing::Test {
 protected:
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    store.reset();
    store = Store::open(path, mode);
  }
  void expect_sound() const {
    for (const StoreProblem& problem : store->verify()) ADD_FAILURE() << problem.what;
  }
  // Four changes: adds 1 to 6, removes 5 and 2, removes 1, adds 7.
  void make_history() {
    put_numbered(*store, 1, 6, "cat");
    store->erase(Ids{ItemId{5}, ItemId{2}});
    store->erase(Ids{ItemId{1}});
    put_numbered(*store, 7, 1, "cat");
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "store";
  std::unique_ptr<Store> store = test::make_store(path);
};

TEST_F(StoreHistoryTest, AStoreKeepsItsNameAndSharesItWithNoOther) {
  const std::string id = store->id();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  EXPECT_NE(test::make_store(folder / "other")->id(), id);
  put_numbered(*store, 1, 1, "cat");
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    reopen(mode);
    EXPECT_EQ(store->id(), id);
  }
}

TEST_F(StoreHistoryTest, EveryChangeIsCountedAndNothingElse) {
  EXPECT_EQ(store->changes(), 0U);
  put_numbered(*store, 1, 3, "cat");
  EXPECT_EQ(store->changes(), 1U);
  store->erase(Ids{ItemId{1}, ItemId{2}});
  EXPECT_EQ(store->changes(), 2U);

  store->put({}, EmbeddingBatch(16));
  store->erase({});
  store->erase(Ids{ItemId{1}, ItemId{99}});
  store->forget_changes(2);
  EXPECT_EQ(code_of([&] { put_numbered(*store, 4, 1, ""); }), ErrorCode::kBadInput);
  EXPECT_EQ(store->changes(), 2U);
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    reopen(mode);
    EXPECT_EQ(store->changes(), 2U);
  }
}

TEST_F(StoreHistoryTest, TellsWhatWasRemovedSinceAChange) {
  EXPECT_EQ(store->erased_since(0), Ids());
  make_history();
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    EXPECT_EQ(store->erased_since(0), (Ids{ItemId{1}, ItemId{2}, ItemId{5}}));
    EXPECT_EQ(store->erased_since(1), (Ids{ItemId{1}, ItemId{2}, ItemId{5}}));
    EXPECT_EQ(store->erased_since(2), Ids{ItemId{1}});
    EXPECT_EQ(store->erased_since(3), Ids());
    EXPECT_EQ(store->erased_since(4), Ids());
    EXPECT_EQ(store->erased_since(1'000), Ids());
    expect_sound();
    reopen(mode);
  }
}

TEST_F(StoreHistoryTest, TellsWhatEachChangeDid) {
  using enum ChangeKind;
  make_history();
  const std::vector<ItemEvent> all{{1, kAdded, ItemId{1}},   {1, kAdded, ItemId{2}},
                                   {1, kAdded, ItemId{3}},   {1, kAdded, ItemId{4}},
                                   {1, kAdded, ItemId{5}},   {1, kAdded, ItemId{6}},
                                   {2, kRemoved, ItemId{2}}, {2, kRemoved, ItemId{5}},
                                   {3, kRemoved, ItemId{1}}, {4, kAdded, ItemId{7}}};
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    EXPECT_EQ(store->changes_since(0, 100), (ItemHistory{all, 4}));
    EXPECT_EQ(store->changes_since(1, 1), (ItemHistory{{all[6], all[7]}, 2}));
    EXPECT_EQ(store->changes_since(4, 1), (ItemHistory{{}, 4}));
    EXPECT_EQ(store->changes_since(5, 1), std::nullopt);
    reopen(mode);
  }
  reopen();
  store->forget_changes(2);
  EXPECT_EQ(store->changes_since(1, 100), std::nullopt);
  EXPECT_EQ(store->changes_since(2, 100), (ItemHistory{{all[8], all[9]}, 4}));
}

// Entries by change: 1, 2, 1, 1.
TEST_F(StoreHistoryTest, ForgetsTheOldestChangesBeyondANumberOfEntries) {
  const std::uint64_t first_told[] = {3, 3, 2, 1, 1, 0, 0};
  for (std::uint64_t entries = 6; entries > 0; --entries) {
    store.reset();
    path = folder / std::to_string(entries);
    store = test::make_store(path);
    make_history();
    store->forget_beyond(entries);
    const std::uint64_t told = first_told[entries];
    EXPECT_TRUE(store->changes_since(told, 9)) << entries;
    if (told > 0) {
      EXPECT_FALSE(store->changes_since(told - 1, 9)) << entries;
    }
    expect_sound();
  }
}

TEST_F(StoreHistoryTest, ALongHistoryIsCutByTheNextChange) {
  make_history();
  store.reset();
  // As if there were more, but for two.
  const std::uint64_t claimed = 2 * kHistoryEntries;
  test::RawStore(path).put("meta", "history_entries", test::big_endian(claimed - 1));
  reopen();
  put_numbered(*store, 10, 1, "cat");  // makes it the most there may be
  EXPECT_TRUE(store->changes_since(0, 1));
  put_numbered(*store, 11, 1, "cat");
  EXPECT_TRUE(store->changes_since(0, 1));
  put_numbered(*store, 12, 1, "cat");
  EXPECT_FALSE(store->changes_since(0, 1));
  EXPECT_TRUE(store->changes_since(5, 1));
}

TEST_F(StoreHistoryTest, WhatIsForgottenIsTold) {
  make_history();
  store->forget_changes(2);
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    EXPECT_EQ(store->erased_since(0), std::nullopt);
    EXPECT_EQ(store->erased_since(1), std::nullopt);
    EXPECT_EQ(store->erased_since(2), Ids{ItemId{1}});
    EXPECT_EQ(store->erased_since(3), Ids());
    expect_sound();
    reopen(mode);
  }
}

TEST_F(StoreHistoryTest, ForgettingNeverGoesBack) {
  make_history();
  store->forget_changes(3);
  store->forget_changes(2);
  store->forget_changes(0);
  EXPECT_EQ(store->erased_since(2), std::nullopt);
  EXPECT_EQ(store->erased_since(3), Ids());
  store->erase(Ids{ItemId{3}});
  EXPECT_EQ(store->erased_since(3), Ids{ItemId{3}});
  expect_sound();
  store->forget_changes(store->changes());
  EXPECT_EQ(store->erased_since(4), std::nullopt);
  EXPECT_EQ(store->erased_since(5), Ids());
  expect_sound();
}

TEST_F(StoreHistoryTest, TheFutureCannotBeForgotten) {
  make_history();
  EXPECT_EQ(code_of([&] { store->forget_changes(5); }), ErrorCode::kUsage);
  EXPECT_EQ(store->erased_since(1), (Ids{ItemId{1}, ItemId{2}, ItemId{5}}));
}

TEST_F(StoreHistoryTest, AReaderCannotForget) {
  make_history();
  reopen(StoreMode::kReadOnly);
  EXPECT_EQ(code_of([&] { store->forget_changes(1); }), ErrorCode::kUsage);
}

TEST_F(StoreHistoryTest, AReaderKeepsItsViewWhileTheWriterForgets) {
  make_history();
  const auto reader = Store::open(path, StoreMode::kReadOnly);
  store->erase(Ids{ItemId{3}});
  store->forget_changes(5);
  EXPECT_EQ(reader->changes(), 4U);
  EXPECT_EQ(reader->erased_since(1), (Ids{ItemId{1}, ItemId{2}, ItemId{5}}));
  const auto later = Store::open(path, StoreMode::kReadOnly);
  EXPECT_EQ(later->changes(), 5U);
  EXPECT_EQ(later->erased_since(4), std::nullopt);
  EXPECT_EQ(later->erased_since(5), Ids());
}

TEST_F(StoreHistoryTest, AMarkIsTheSameForEverybody) {
  EXPECT_EQ(store->mark_of(0), 0U);
  EXPECT_EQ(store->mark_of(1), std::nullopt);
  make_history();
  const auto mark = store->mark_of(4);
  EXPECT_TRUE(mark);
  EXPECT_EQ(store->mark_of(1), mark);
  const auto reader = Store::open(path, StoreMode::kReadOnly);
  reopen();
  put_numbered(*store, 8, 1, "cat");
  EXPECT_EQ(store->mark_of(1), mark);
  EXPECT_EQ(store->mark_of(4), mark);
  EXPECT_NE(store->mark_of(5), mark);
  EXPECT_EQ(reader->mark_of(4), mark);
  EXPECT_EQ(reader->mark_of(5), std::nullopt);
  EXPECT_EQ(Store::open(path, StoreMode::kReadOnly)->mark_of(5), store->mark_of(5));
  expect_sound();
}

TEST_F(StoreHistoryTest, AMarkUnmasksACopyThatWasPutBack) {
  put_numbered(*store, 1, 1, "cat");
  store.reset();
  std::filesystem::copy(path, folder / "copy");
  reopen();
  put_numbered(*store, 2, 1, "cat");
  const std::string id = store->id();
  const auto early = store->mark_of(1);
  const auto late = store->mark_of(2);

  path = folder / "copy";
  reopen();
  put_numbered(*store, 3, 1, "cat");
  EXPECT_EQ(store->id(), id);
  EXPECT_EQ(store->mark_of(1), early);
  EXPECT_NE(store->mark_of(2), late);
}

TEST_F(StoreHistoryTest, MarksStayAsLongAsTheirChangesAreNotForgotten) {
  std::vector<std::optional<std::uint64_t>> marks{0};
  for (std::uint64_t change = 1; change <= 6; ++change) {
    if (change % 2 == 0) reopen();  // sessions: 1; 2, 3; 4, 5; 6
    put_numbered(*store, change, 1, "cat");
    marks.push_back(store->mark_of(change));
  }
  for (std::uint64_t from = 0; from <= 6; ++from) {
    store->forget_changes(from);
    for (std::uint64_t change = 0; change <= 6; ++change) {
      EXPECT_EQ(store->mark_of(change), change < from ? std::nullopt : marks[change]);
    }
    expect_sound();
  }
}

// Change 1 adds, change n + 1 removes item n: so what erased_since(c) tells is c, c + 1, ...
TEST_F(StoreHistoryTest, WhatIsToldWhileTheStoreForgetsIsWhole) {
  constexpr std::uint64_t kItems = 400;
  put_numbered(*store, 1, kItems, "cat");
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const std::uint64_t changes = store->changes();
      for (std::uint64_t change = changes > 4 ? changes - 4 : 1; change <= changes; ++change) {
        const auto erased = store->erased_since(change);
        if (!erased) continue;
        EXPECT_GE(erased->size(), changes - change);
        for (std::size_t i = 0; i < erased->size(); ++i) {
          EXPECT_EQ(to_number((*erased)[i]), change + i);
        }
      }
    }
  });
  for (std::uint64_t number = 1; number <= kItems; ++number) {
    store->erase(Ids{ItemId{number}});
    store->forget_changes(number - 1);
  }
  done = true;
  reader.join();
  EXPECT_EQ(store->erased_since(kItems - 1), (Ids{ItemId{kItems - 1}, ItemId{kItems}}));
  expect_sound();
}

// Forgetting is one range of keys, so it survives the flush and the compaction of many sessions.
TEST_F(StoreHistoryTest, ForgettingInManySessionsStaysSound) {
  for (std::uint64_t session = 0; session < 12; ++session) {
    const Ids added = put_numbered(*store, 1 + 10 * session, 10, "cat");
    store->erase(Ids(added.begin() + 1, added.end()));
    const std::uint64_t changes = store->changes();
    EXPECT_EQ(changes, 2 * (session + 1));
    EXPECT_EQ(store->erased_since(changes - 1), Ids(added.begin() + 1, added.end()));
    store->forget_changes(changes - 2);
    reopen();
    EXPECT_EQ(store->erased_since(changes - 2), Ids(added.begin() + 1, added.end()));
    if (session > 0) {
      EXPECT_EQ(store->erased_since(changes - 3), std::nullopt);
    }
  }
  expect_sound();
}

}  // namespace
}  // namespace simdb
