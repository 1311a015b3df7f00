#include "tests/database/gallery_conformance.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "core/item_update.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb::test {
namespace {

// Now and then with fields and a key; sources of one file differ.
NewItem random_item(std::mt19937_64& random) {
  static const char* const kNames[] = {"a", "b", "c"};
  static const char* const kTexts[] = {"red", "green", "blue"};
  const std::uint64_t number = 1 + random() % 300;
  NewItem item = numbered_item(number, kNames[random() % 3]);
  if (random() % 8 == 0) item.info.digest = {};
  if (random() % 8 == 0) item.info.source = "/moved/" + std::to_string(random() % 3);
  if (random() % 3 == 0) item.info.metadata["n"] = static_cast<double>(random() % 7);
  if (random() % 3 == 0) item.info.metadata["t"] = kTexts[random() % 3];
  if (random() % 6 == 0) item.info.key = "key " + std::to_string(random() % 40);
  return item;
}

ItemChange random_change(std::mt19937_64& random) {
  ItemChange change;
  if (random() % 2 == 0) change.class_name = std::string(1, static_cast<char>('a' + random() % 4));
  if (random() % 2 == 0) change.set["n"] = static_cast<double>(random() % 7);
  if (random() % 3 == 0) change.unset.emplace_back("t");
  if (random() % 4 == 0) change.key = "key " + std::to_string(random() % 40);
  return change;
}

// The same answer or the same error.
template <typename Call>
void expect_same(Gallery& gallery, Gallery& plain, const Call& call) {
  std::size_t expected = 0;
  std::optional<ErrorCode> refused;
  try {
    expected = call(plain);
  } catch (const Error& error) {
    refused = error.code();
  }
  if (refused) {
    EXPECT_EQ(code_of([&] { call(gallery); }), *refused);
  } else {
    EXPECT_EQ(call(gallery), expected);
  }
}

}  // namespace

std::vector<AddedItem> GalleryConformanceTest::add(const std::vector<NewItem>& items,
                                                   std::uint64_t seed) {
  return gallery->add(items, corner_embeddings(items.size(), seed));
}

std::vector<ItemId> GalleryConformanceTest::add_numbered(std::uint64_t first, std::size_t count,
                                                         const std::string& class_name) {
  std::vector<NewItem> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back(numbered_item(first + i, class_name));
  std::vector<ItemId> ids;
  for (const AddedItem& item : add(items, first)) ids.push_back(item.id);
  return ids;
}

TEST_P(GalleryConformanceTest, AnEmptyGalleryAnswersWithNothing) {
  const auto query = corner_embeddings(1, 1);
  EXPECT_EQ(gallery->stats().items, 0U);
  EXPECT_TRUE(gallery->classes().empty());
  EXPECT_TRUE(gallery->search(query.row(0), 3).empty());
  EXPECT_TRUE(gallery->look_up(query.row(0), {}).empty());
  EXPECT_TRUE(gallery->items_after(ItemId{}, 10).empty());
  EXPECT_FALSE(gallery->get(ItemId{1}));
  EXPECT_FALSE(gallery->embedding(ItemId{1}));
  EXPECT_EQ(gallery->remove(std::vector{ItemId{1}}), 0U);
  EXPECT_EQ(gallery->remove_class("a"), 0U);
  EXPECT_EQ(gallery->changes(), 0U);
  EXPECT_EQ(gallery->dimension(), 16U);
  EXPECT_EQ(gallery->encoder_fingerprint(), to_hex(sha256(gallery->encoder_model())));
  EXPECT_EQ(gallery->stats().encoder_fingerprint, gallery->encoder_fingerprint());
  EXPECT_EQ(gallery->stats().space, gallery->space());
  EXPECT_EQ(gallery->space(), "") << "it has an encoder";
  EXPECT_TRUE(gallery->verify().empty());
  EXPECT_TRUE(gallery->verify_searches().empty());
}

TEST_P(GalleryConformanceTest, GivesAscendingIdsThatAreNeverUsedAgain) {
  const auto first = add_numbered(1, 3, "a");
  EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
  EXPECT_EQ(gallery->remove(std::vector{first[2], first[2], ItemId{99}}), 1U);
  EXPECT_GT(gallery->next_id(), first[2]);
  const auto second = add_numbered(3, 1, "a");
  EXPECT_GT(second[0], first[2]);
  const auto records = gallery->get_many(std::vector{second[0], first[2], first[0], second[0]});
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0]->id, second[0]);
  EXPECT_EQ(records[0]->info, numbered_item(3, "a").info);
  EXPECT_FALSE(records[1]);
  EXPECT_EQ(records[2]->id, first[0]);
  EXPECT_EQ(records[3], records[0]);
  EXPECT_EQ(gallery->embedding(first[1]), corner_embeddings(3, 1).at(1));
  EXPECT_EQ(gallery->thumbnail(first[1]), numbered_item(2, "a").thumbnail);
  EXPECT_EQ(gallery->thumbnails(std::vector{first[1], first[2], first[0]}),
            (std::vector{numbered_item(2, "a").thumbnail, std::vector<std::byte>(),
                         numbered_item(1, "a").thumbnail}));
  EXPECT_EQ(gallery->items_of("a"), (std::vector{first[0], first[1], second[0]}));
  EXPECT_EQ(gallery->class_size("a"), 3U);
  EXPECT_TRUE(gallery->items_of(std::string("a\0", 2)).empty());
}

TEST_P(GalleryConformanceTest, TheSameFileIsStoredOncePerClass) {
  add({numbered_item(1, "a")});
  NewItem nameless = numbered_item(1, "a");
  nameless.info.source.clear();
  const auto added = add({numbered_item(1, "a"), numbered_item(2, "a"), numbered_item(1, "b"),
                          numbered_item(2, "a"), nameless, nameless});
  std::vector<bool> is_new;
  for (const AddedItem& item : added) is_new.push_back(item.is_new);
  EXPECT_EQ(is_new, (std::vector<bool>{false, true, true, false, false, false}));
  EXPECT_EQ(added[3].id, added[1].id);
  EXPECT_EQ(gallery->stats().items, 3U);
}

TEST_P(GalleryConformanceTest, AFileThatMovedIsTheSameItemWithANewSource) {
  const ItemId id = add({numbered_item(1, "a")})[0].id;
  NewItem moved = numbered_item(1, "a");
  moved.info.source = "/elsewhere.png";
  const AddedItem added = add({moved})[0];
  EXPECT_EQ(added.id, id);
  EXPECT_FALSE(added.is_new);
  EXPECT_TRUE(added.is_updated);
  EXPECT_EQ(gallery->get(id)->info.source, "/elsewhere.png");
  EXPECT_FALSE(add({moved})[0].is_updated);
  EXPECT_EQ(gallery->changes(), 2U);
}

TEST_P(GalleryConformanceTest, AnUnknownDigestIsNeverTheSame) {
  NewItem item = numbered_item(1, "a");
  item.info.digest = {};
  add({item, item});
  add({item});
  EXPECT_EQ(gallery->stats().items, 3U);
  EXPECT_TRUE(gallery->find_digest({}).empty());
}

TEST_P(GalleryConformanceTest, AnItemWithAKeyTakesThePlaceOfTheOneBefore) {
  NewItem item = numbered_item(1, "a");
  item.info.key = "4711";
  item.info.metadata = {{"price", 1.0}, {"sold", true}};
  const ItemId id = add({item})[0].id;
  EXPECT_EQ(gallery->find_key("4711"), id);
  item.info.class_name = "b";
  item.info.metadata = {{"price", 2.0}};
  const AddedItem same_image = add({item}, 7)[0];
  EXPECT_EQ(same_image.id, id);
  EXPECT_TRUE(same_image.is_updated);
  EXPECT_EQ(gallery->get(id)->info, item.info);

  NewItem other = numbered_item(2, "b");
  other.info.key = "4711";
  const AddedItem other_image = add({other}, 8)[0];
  EXPECT_TRUE(other_image.is_new);
  EXPECT_FALSE(gallery->get(id));
  EXPECT_EQ(gallery->find_key("4711"), other_image.id);
  EXPECT_EQ(gallery->stats().items, 1U);
  EXPECT_EQ(gallery->search(corner_embeddings(1, 8).row(0), 5).size(), 1U);
  EXPECT_EQ(gallery->changes(), 3U);
  EXPECT_EQ(code_of([&] { add({item, other}); }), ErrorCode::kUsage);
}

TEST_P(GalleryConformanceTest, ClassesAreRenamedAndMerged) {
  const auto a = add_numbered(1, 3, "a");
  const auto b = add_numbered(10, 2, "b");
  const auto query = corner_embeddings(1, 1);
  EXPECT_EQ(gallery->look_up(query.row(0), {.k = 10}).size(), 5U);  // remembers classes
  EXPECT_EQ(gallery->rename_class("a", "b"), 3U);
  EXPECT_EQ(gallery->rename_class("a", "c"), 0U);
  EXPECT_EQ(gallery->changes(), 3U);
  for (const LabeledNeighbor& hit : gallery->look_up(query.row(0), {.k = 10})) {
    EXPECT_EQ(hit.class_name, "b");
    EXPECT_EQ(hit.class_size, 5U);
  }
  EXPECT_EQ(gallery->items_of("b"), (std::vector{a[0], a[1], a[2], b[0], b[1]}));
  EXPECT_TRUE(gallery->search(query.row(0), 9, {{"a"}}).empty());
  EXPECT_EQ(code_of([&] { gallery->rename_class("b", ""); }), ErrorCode::kBadInput);
}

TEST_P(GalleryConformanceTest, OneBadItemStopsAll) {
  EXPECT_EQ(code_of([&] { add({numbered_item(1, "a"), numbered_item(2, "")}); }),
            ErrorCode::kBadInput);
  const std::vector<NewItem> one{numbered_item(1, "a")};
  EXPECT_EQ(code_of([&] { gallery->add(one, corner_embeddings(2, 1)); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { gallery->add(one, random_embeddings(1, 32, 1)); }), ErrorCode::kUsage);
  EXPECT_EQ(gallery->stats().items, 0U);
  EXPECT_EQ(gallery->changes(), 0U);
}

TEST_P(GalleryConformanceTest, BadSearchesAreRefused) {
  add_numbered(1, 2, "a");
  const auto query = corner_embeddings(1, 1);
  EXPECT_EQ(code_of([&] { gallery->search(query.row(0), 0); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { gallery->look_up(query.row(0), {.k = 0}); }), ErrorCode::kUsage);
  const auto wide = random_embeddings(1, 32, 1);
  EXPECT_EQ(code_of([&] { gallery->search(wide.row(0), 1); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { gallery->look_up(wide.row(0), {}); }), ErrorCode::kUsage);
}

TEST_P(GalleryConformanceTest, FindsTheNearestOfGroupsAsARangeDoes) {
  const std::vector<ItemId> ids = add_numbered(1, 200, "a");
  std::vector<std::uint32_t> groups;
  for (std::size_t i = 0; i < ids.size(); ++i) groups.push_back(static_cast<std::uint32_t>(i % 5));
  const GroupedItems items(ids, groups, {0, 0.5F, 0.5F, 1, -1});
  gallery->remove(std::span(ids).first(60));
  add_numbered(300, 50, "b");  // in no group
  const EmbeddingBatch queries = corner_embeddings(10, 77);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    std::map<std::uint32_t, float> expected;
    for (const Neighbor& hit : gallery->range_search(queries.row(q), -1)) {
      const std::uint32_t group = items.group_of(hit.id);
      if (group == GroupedItems::kNoGroup || group == 2) continue;
      if (hit.similarity >= items.limits()[group]) expected.try_emplace(group, hit.similarity);
    }
    EXPECT_GE(expected.size(), 2U);
    const std::vector<std::uint32_t> without = {2};
    std::map<std::uint32_t, float> found;
    for (const GroupBest& best : gallery->best_of_groups(queries.row(q), items, without)) {
      EXPECT_TRUE(found.emplace(best.group, best.similarity).second);
    }
    EXPECT_EQ(found, expected) << "query " << q;
  }
  EXPECT_EQ(code_of([&] { gallery->best_of_groups(std::vector<float>(15), items); }),
            ErrorCode::kUsage);
}

TEST_P(GalleryConformanceTest, PagesBeginAnywhereAndEnd) {
  const auto a = add_numbered(1, 10, "a");
  const auto b = add_numbered(20, 10, "b");
  EXPECT_EQ(ids_of(gallery->items_after(a[8], 3)), (std::vector{a[9], b[0], b[1]}));
  EXPECT_EQ(ids_of(gallery->items_after(a[8], 3, {{"b"}})), (std::vector{b[0], b[1], b[2]}));
  EXPECT_EQ(ids_of(gallery->items_after(a[8], 3, {{"a"}})), (std::vector{a[9]}));
  gallery->remove(std::vector{a[9], b[0]});  // a page may begin after an id that is gone
  EXPECT_EQ(ids_of(gallery->items_after(a[9], 2)), (std::vector{b[1], b[2]}));
  EXPECT_EQ(ids_of(gallery->items_after(a[9], 2, {{"b"}})), (std::vector{b[1], b[2]}));
  EXPECT_TRUE(gallery->items_after(ItemId{}, 0).empty());
  EXPECT_TRUE(gallery->items_after(b[9], 5).empty());
  EXPECT_TRUE(gallery->items_after(ItemId{UINT64_MAX}, 5).empty());
}

TEST_P(GalleryConformanceTest, AgreesWithAPlainMap) {
  PlainGallery plain(16, gallery->encoder_model());
  std::unique_ptr<Gallery> reader = host->open_reader();
  std::mt19937_64 random(7);
  const char* const names[] = {"a", "b", "c", "d"};
  std::vector<ItemId> known;
  for (std::uint64_t step = 1; step <= host->steps(); ++step) {
    const auto dice = random() % 14;
    if (dice < 6) {
      std::vector<NewItem> items(1 + random() % 9);
      for (NewItem& item : items) item = random_item(random);
      std::set<std::string> keys;  // each once
      for (NewItem& item : items) {
        if (!keys.insert(item.info.key).second) item.info.key.clear();
      }
      const auto embeddings = corner_embeddings(items.size(), step);
      const auto added = gallery->add(items, embeddings);
      const auto expected = plain.add(items, embeddings);
      for (std::size_t i = 0; i < items.size(); ++i) {
        ASSERT_EQ(added[i].id, expected[i].id);
        ASSERT_EQ(added[i].is_new, expected[i].is_new);
        ASSERT_EQ(added[i].is_updated, expected[i].is_updated);
        known.push_back(added[i].id);
      }
    } else if (dice < 8 && !known.empty()) {
      const std::vector<ItemId> doomed{known[random() % known.size()], ItemId{step}};
      ASSERT_EQ(gallery->remove(doomed), plain.remove(doomed));
    } else if (dice == 8) {
      const char* const name = names[random() % 3];
      if (random() % 4 == 0) {
        ASSERT_EQ(gallery->remove_class(name), plain.remove_class(name));
      }
    } else if (dice < 12 && !known.empty()) {
      std::vector<ItemId> changed{known[random() % known.size()]};
      if (random() % 2 == 0) changed.push_back(known[random() % known.size()]);
      const ItemChange change = random_change(random);
      expect_same(*gallery, plain, [&](Gallery& any) { return any.update(changed, change); });
    } else if (dice == 12 && random() % 4 == 0) {
      const char* const from = names[random() % 4];
      const char* const to = names[random() % 4];
      ASSERT_EQ(gallery->rename_class(from, to), plain.rename_class(from, to));
    } else if (host->keeps()) {
      gallery.reset();
      gallery = host->open();
    }
    ASSERT_EQ(gallery->changes(), plain.changes()) << step;
    if (step % 10 != 0) continue;
    ASSERT_EQ(difference(*gallery, plain, step), "") << step;
    if (!reader) continue;
    reader->refresh();
    ASSERT_EQ(reader->changes(), plain.changes()) << step;
    ASSERT_EQ(difference(*reader, plain, step), "") << step;
  }
  for (const std::string& problem : gallery->verify()) ADD_FAILURE() << problem;
  for (const std::string& problem : gallery->verify_searches()) ADD_FAILURE() << problem;
  // The control: one item more.
  add_numbered(1000, 1, "a");
  EXPECT_NE(difference(*gallery, plain, 1), "");
}

TEST_P(GalleryConformanceTest, AReaderSeesAChangeWhenItRefreshes) {
  const auto first = add_numbered(1, 4, "a");
  const auto reader = host->open_reader();
  if (!reader) GTEST_SKIP() << "the engine has no readers";
  const auto query = corner_embeddings(1, 1);
  EXPECT_EQ(reader->search(query.row(0), 10).size(), 4U);
  EXPECT_FALSE(reader->refresh());
  const auto second = add_numbered(10, 2, "b");
  gallery->remove(std::vector{first[1]});
  gallery->update(std::vector{first[2]}, {.class_name = "b"});
  EXPECT_EQ(reader->search(query.row(0), 10).size(), host->readers_wait() ? 4U : 5U);
  EXPECT_EQ(reader->changes(), host->readers_wait() ? 1U : 4U);
  EXPECT_TRUE(reader->refresh());
  EXPECT_EQ(reader->changes(), 4U);
  EXPECT_EQ(difference(*reader, *gallery, 3), "");
  EXPECT_FALSE(reader->refresh());
  EXPECT_FALSE(gallery->refresh());  // it sees its own changes
  EXPECT_EQ(code_of([&] { reader->remove(second); }), ErrorCode::kUsage);
}

// Every change adds, removes or renames a pair, so in each state there is one.
TEST_P(GalleryConformanceTest, AnswersBesideChangesAndRefreshesAreOfOneState) {
  if (!host->has_one_state()) GTEST_SKIP() << "its shards have no state in common";
  auto pair = add_numbered(1, 2, "pair");
  const auto reader = host->open_reader();
  std::atomic<bool> stop = false;
  const auto until_stopped = [&](const auto& work) {
    return std::thread([&stop, work] {
      while (!stop) work();
    });
  };
  const auto query = corner_embeddings(1, 1);
  const auto expect_pairs = [](std::size_t items) {
    EXPECT_TRUE(items >= 2 && items % 2 == 0) << items;
  };
  const Gallery& seen = reader ? *reader : *gallery;
  std::vector<std::thread> threads;
  threads.push_back(until_stopped([&] { expect_pairs(seen.search(query.row(0), 10).size()); }));
  threads.push_back(until_stopped([&] {
    const auto hits = seen.look_up(query.row(0), {.k = 10});
    expect_pairs(hits.size());
    if (!reader) return;
    for (const LabeledNeighbor& hit : hits) EXPECT_EQ(hit.class_size, hits.size());
    EXPECT_EQ(seen.search(query.row(0), 10, {{"pair"}}).size() % 2, 0U);  // 0: it is "two"
  }));
  if (reader) threads.push_back(until_stopped([&] { reader->refresh(); }));
  for (std::uint64_t round = 1; round <= 100; ++round) {
    const auto next = add_numbered(10 * round, 2, "pair");
    gallery->remove(std::exchange(pair, next));
    gallery->rename_class(round % 2 == 1 ? "pair" : "two", round % 2 == 1 ? "two" : "pair");
    gallery->rename_class("two", "pair");
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(gallery->items_of("pair"), pair);
  if (!reader) return;
  reader->refresh();
  EXPECT_EQ(difference(*reader, *gallery, 1), "");
}

}  // namespace simdb::test
