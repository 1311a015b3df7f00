#include <gtest/gtest.h>

#include <functional>

#include "core/class_mean.h"
#include "database/class_members_internal.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

// Counts how often something is read.
class CountedCache {
 public:
  explicit CountedCache(std::size_t max_weight = 100) : cache_(max_weight) {}

  int get(const std::string& name, int value) {
    return cache_.get(
        name,
        [&] {
          ++reads;
          return value;
        },
        weight);
  }
  void forget(const std::string& name) { cache_.forget(std::set{name}, weight); }

  ClassCache<int>& cache() { return cache_; }
  static std::size_t weight(int value) { return static_cast<std::size_t>(value); }

  int reads = 0;

 private:
  ClassCache<int> cache_;
};

TEST(ClassCacheTest, ReadsAClassOnceUntilItChanges) {
  CountedCache cache;
  EXPECT_EQ(cache.get("a", 1), 1);
  EXPECT_EQ(cache.get("a", 2), 1);
  EXPECT_EQ(cache.reads, 1);
  cache.forget("a");
  EXPECT_EQ(cache.get("a", 2), 2);
  EXPECT_EQ(cache.reads, 2);
}

TEST(ClassCacheTest, AChangeOfAClassLeavesTheOthers) {
  CountedCache cache(1000);
  for (int i = 0; i < 200; ++i) cache.get("class " + std::to_string(i), 1);
  cache.forget("class 7");
  cache.forget("no such class");
  for (int i = 0; i < 200; ++i) cache.get("class " + std::to_string(i), 1);
  EXPECT_EQ(cache.reads, 201);
}

TEST(ClassCacheTest, WhatWasReadDuringAChangeIsNotKept) {
  CountedCache cache;
  const auto read = [&] {
    cache.forget("a");
    return 1;
  };
  EXPECT_EQ(cache.cache().get("a", read, CountedCache::weight), 1);
  EXPECT_EQ(cache.get("a", 2), 2);
}

TEST(ClassCacheTest, ForgetsAllWhenFullAndKeepsNothingThatFitsNever) {
  CountedCache cache(100);
  cache.get("a", 60);
  EXPECT_EQ(cache.get("huge", 101), 101);
  EXPECT_EQ(cache.get("huge", 102), 102);
  EXPECT_EQ(cache.get("a", 1), 60);
  cache.get("b", 60);
  EXPECT_EQ(cache.get("b", 2), 60);
  EXPECT_EQ(cache.get("a", 3), 3);
  cache.forget("b");  // gives its room back
  cache.get("c", 90);
  EXPECT_EQ(cache.get("a", 4), 3);
}

class ClassMembersTest : public testing::Test {
 protected:
  // The definition: the mean of the class's embeddings in ascending order of id.
  std::optional<Embedding> mean_of(const std::string& name) const {
    ClassMean mean(16);
    for (const ItemId id : store->items_of(name)) mean.add(store->embedding(id)->values());
    return mean.direction();
  }
  void expect_right(const std::string& name) {
    const ClassSummary summary = members.summary_of(*store, name);
    EXPECT_EQ(summary.items, store->items_of(name).size());
    ASSERT_TRUE(summary.mean);
    EXPECT_EQ(*summary.mean, mean_of(name));
  }

  void forget(const std::string& class_name) {
    StaleItems stale;
    stale.note(ItemId{1}, {.class_name = class_name});
    members.forget(stale);
  }
  std::vector<ItemId> ids_of(const SearchFilter& filter) {
    const IdFilter passing = members.passing(*store, filter);
    return {passing.ids().begin(), passing.ids().end()};
  }

  test::TemporaryFolder folder;
  std::unique_ptr<Store> store = test::make_store(folder / "store");
  ClassMembers members{16};
};

TEST_F(ClassMembersTest, SummarisesSmallClasses) {
  test::put_numbered(*store, 1, 2, "two");
  test::put_numbered(*store, 10, 63, "most");
  expect_right("two");
  expect_right("most");
  expect_right("two");  // remembered
}

TEST_F(ClassMembersTest, LargeClassesAndSingleItemsHaveNoMean) {
  EXPECT_EQ(members.summary_of(*store, "none").items, 0U);
  EXPECT_FALSE(members.summary_of(*store, "none").mean);
  test::put_numbered(*store, 1, 1, "one");
  EXPECT_EQ(members.summary_of(*store, "one").items, 1U);
  EXPECT_FALSE(members.summary_of(*store, "one").mean);
  test::put_numbered(*store, 10, 64, "large");
  EXPECT_EQ(members.summary_of(*store, "large").items, 64U);
  EXPECT_FALSE(members.summary_of(*store, "large").mean);
}

TEST_F(ClassMembersTest, AnotherClassesChangeLeavesAMeanInMemory) {
  test::put_numbered(*store, 1, 4, "a");
  test::put_numbered(*store, 10, 4, "b");
  const auto before = members.summary_of(*store, "a").mean;
  test::put_numbered(*store, 20, 1, "b");
  forget("b");
  EXPECT_EQ(members.summary_of(*store, "a").mean.get(), before.get());
  forget("a");
  EXPECT_NE(members.summary_of(*store, "a").mean.get(), before.get());
}

TEST_F(ClassMembersTest, UnitesSeveralClasses) {
  const auto a = test::put_numbered(*store, 1, 2, "a");
  const auto b = test::put_numbered(*store, 10, 2, "b");
  test::put_numbered(*store, 20, 2, "c");
  EXPECT_EQ(ids_of({{"b", "a", "none", "b"}}), (std::vector{a[0], a[1], b[0], b[1]}));
  EXPECT_EQ(ids_of({{"b", "a"}, std::vector{a[1], b[0], ItemId{99}}}), (std::vector{a[1], b[0]}));
  EXPECT_TRUE(ids_of({{"none", "nor this"}}).empty());
  const auto more = test::put_numbered(*store, 30, 1, "a");
  forget("a");
  EXPECT_EQ(ids_of({{"b", "a"}}), (std::vector{a[0], a[1], b[0], b[1], more[0]}));
}

TEST_F(ClassMembersTest, FollowsTheClassesThatChange) {
  const auto ids = test::put_numbered(*store, 1, 3, "a");
  expect_right("a");
  EXPECT_EQ(members.passing(*store, {{"a"}}).ids().size(), 3U);
  test::put_numbered(*store, 5, 1, "a");
  forget("a");
  expect_right("a");
  EXPECT_EQ(members.size_of(*store, "a"), 4U);
  EXPECT_EQ(members.passing(*store, {{"a"}}).ids().size(), 4U);
  store->erase(std::vector{ids[0]});
  forget("a");
  expect_right("a");
  EXPECT_EQ(members.passing(*store, {{"a"}}).ids().size(), 3U);
}

TEST_F(ClassMembersTest, FollowsTheValuesThatChange) {
  const auto ids = test::put_numbered(*store, 1, 4, "a");
  const auto set = [&](std::vector<ItemId> which, const Metadata& fields) {
    StaleItems stale;
    store->update(which, {.set = fields}, [&](const ItemRecord& before) {
      stale.note(before.id, before.info, changed(before.info, {.set = fields}));
    });
    members.forget(stale);
  };
  const SearchFilter red{{}, {}, {{"colour", Comparison::kEqual, "red"}}};
  const SearchFilter cheap{{}, {}, {{"price", Comparison::kLess, 2.0}}};
  SearchFilter both = red;
  both.where.push_back(cheap.where[0]);
  EXPECT_TRUE(ids_of(red).empty());
  set({ids[0], ids[1]}, {{"colour", "red"}, {"price", 1.0}});
  set({ids[2]}, {{"colour", "red"}, {"price", 3.0}});
  EXPECT_EQ(ids_of(red), (std::vector{ids[0], ids[1], ids[2]}));
  EXPECT_EQ(ids_of(both), (std::vector{ids[0], ids[1]}));
  set({ids[0]}, {{"colour", "blue"}});
  set({ids[3]}, {{"colour", "red"}, {"price", 0.0}});
  EXPECT_EQ(ids_of(red), (std::vector{ids[1], ids[2], ids[3]}));
  EXPECT_EQ(ids_of(both), (std::vector{ids[1], ids[3]}));
  both.class_names = {"a"};
  both.ids = std::vector{ids[3]};
  EXPECT_EQ(ids_of(both), (std::vector{ids[3]}));
  both.class_names = {"none"};
  EXPECT_TRUE(ids_of(both).empty());
}

TEST_F(ClassMembersTest, RemembersRangesUntilTheirFieldChanges) {
  const auto ids = test::put_numbered(*store, 1, 4, "a");
  const auto change = [&](ItemId id, const ItemChange& wanted) {
    StaleItems stale;
    store->update(std::vector{id}, wanted, [&](const ItemRecord& before) {
      stale.note(before.id, before.info, changed(before.info, wanted));
    });
    members.forget(stale);
  };
  change(ids[0], {.set = {{"price", 1.0}, {"colour", "red"}}});
  change(ids[1], {.set = {{"price", 2.0}}});
  change(ids[2], {.set = {{"price", 3.0}}});
  using enum Comparison;
  const auto passing = [&](Comparison comparison, MetadataValue value) {
    return members.passing(*store, {{}, {}, {{"price", comparison, std::move(value)}}});
  };
  const auto found = [&](Comparison comparison, MetadataValue value) {
    const IdFilter filter = passing(comparison, std::move(value));
    return std::vector(filter.ids().begin(), filter.ids().end());
  };
  const auto expect_remembered = [&](bool wanted, const std::function<void()>& act) {
    const IdFilter below = passing(kLess, 2.5);
    act();
    EXPECT_EQ(passing(kLess, 2.5).ids().data() == below.ids().data(), wanted);
  };
  expect_remembered(true, [] {});
  EXPECT_EQ(found(kLess, 2.5), (std::vector{ids[0], ids[1]}));
  EXPECT_EQ(found(kLessOrEqual, 2.0), (std::vector{ids[0], ids[1]}));
  EXPECT_EQ(found(kLess, 2.0), (std::vector{ids[0]}));
  EXPECT_EQ(found(kGreater, 2.0), (std::vector{ids[2]}));
  EXPECT_EQ(found(kNotEqual, 2.0), (std::vector{ids[0], ids[2]}));
  EXPECT_EQ(found(kNotEqual, "2"), (std::vector{ids[0], ids[1], ids[2]}));
  expect_remembered(true, [&] { change(ids[0], {.class_name = "b"}); });
  expect_remembered(true, [&] { change(ids[0], {.set = {{"colour", "blue"}}}); });
  expect_remembered(true, [&] { change(ids[0], {.set = {{"price", 1.0}}, .unset = {"colour"}}); });
  expect_remembered(false, [&] { change(ids[3], {.set = {{"price", 2.0}}}); });
  EXPECT_EQ(found(kLess, 2.5), (std::vector{ids[0], ids[1], ids[3]}));
  expect_remembered(false, [&] { change(ids[0], {.unset = {"price"}}); });
  EXPECT_EQ(found(kLess, 2.5), (std::vector{ids[1], ids[3]}));
  EXPECT_EQ(found(kNotEqual, 2.0), (std::vector{ids[2]}));
  expect_remembered(false, [&] {  // comes or goes
    StaleItems stale;
    stale.note(ids[1], store->get(ids[1])->info);
    store->erase(std::vector{ids[1]});
    members.forget(stale);
  });
  EXPECT_EQ(found(kLess, 2.5), (std::vector{ids[3]}));
}

}  // namespace
}  // namespace simdb
