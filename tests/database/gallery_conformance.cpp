#include "tests/database/gallery_conformance.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <utility>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb::test {
namespace {

std::vector<ItemId> ids_of(const std::vector<ItemRecord>& records) {
  std::vector<ItemId> ids;
  for (const ItemRecord& record : records) ids.push_back(record.id);
  return ids;
}

std::vector<ItemId> walk(const Gallery& gallery, std::size_t limit, const SearchFilter& filter) {
  std::vector<ItemId> ids;
  for (ItemId last{};;) {
    const auto page = gallery.items_after(last, limit, filter);
    EXPECT_LE(page.size(), limit);
    if (page.empty()) return ids;
    last = page.back().id;
    for (const ItemId id : ids_of(page)) ids.push_back(id);
  }
}

bool same_hit(const LabeledNeighbor& a, const LabeledNeighbor& b) {
  return a.id == b.id && a.similarity == b.similarity && a.class_name == b.class_name &&
         a.source == b.source && a.class_size == b.class_size &&
         a.mean_similarity == b.mean_similarity;
}

bool same_hits(const std::vector<LabeledNeighbor>& a, const std::vector<LabeledNeighbor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_hit);
}

// All of it, classes, ids that exist and don't, both; what passes nothing.
std::vector<SearchFilter> some_filters(const Gallery& gallery) {
  std::vector<ItemId> some{ItemId{2}};
  for (std::uint64_t id = 3; id < 400; id += 5) some.push_back(ItemId{id});
  std::vector<SearchFilter> filters{{}, {{"none"}}, {{"a", "none", "c"}}, {{}, some}};
  for (const ClassCount& entry : gallery.classes()) filters.push_back({{entry.name}});
  filters.push_back({{"b", "a"}, some});
  return filters;
}

}  // namespace

std::string difference(const Gallery& a, const Gallery& b, std::uint64_t seed) {
  if (a.classes() != b.classes()) return "the classes differ";
  if (a.stats().items != b.stats().items) return "the numbers of items differ";
  const std::vector<ItemId> ids = walk(a, 1000, {});
  if (ids != walk(b, 7, {})) return "the items differ";
  for (const ItemId id : ids) {
    if (a.get(id)->info != b.get(id)->info) return "a record differs";
    if (a.embedding(id) != b.embedding(id)) return "an embedding differs";
    if (a.thumbnail(id) != b.thumbnail(id)) return "a thumbnail differs";
  }
  const EmbeddingBatch queries = corner_embeddings(3, seed);
  for (const SearchFilter& filter : some_filters(a)) {
    if (walk(a, 3, filter) != walk(b, 1000, filter)) return "pages under a filter differ";
    const auto batch = a.look_up_batch(queries, {.k = 5, .filter = filter});
    const auto wide = a.look_up_batch(queries, {.within = 0.25F, .filter = filter});
    const auto found = a.search_batch(queries, 9, filter);
    for (std::size_t i = 0; i < queries.rows(); ++i) {
      const auto query = queries.row(i);
      const Lookup near{.k = 5, .filter = filter};
      const Lookup within{.within = 0.25F, .filter = filter};
      if (found[i] != b.search(query, 9, filter)) return "a batch of searches differs";
      if (a.search(query, 9, filter) != found[i]) return "a search differs";
      if (a.range_search(query, 0.25F, filter) != b.range_search(query, 0.25F, filter)) {
        return "a range differs";
      }
      if (!same_hits(a.look_up(query, near), b.look_up(query, near))) return "a look-up differs";
      if (!same_hits(batch[i], b.look_up(query, near))) return "a batch of look-ups differs";
      if (!same_hits(a.look_up(query, within), b.look_up(query, within)) ||
          !same_hits(wide[i], b.look_up(query, within))) {
        return "a look-up within a similarity differs";
      }
    }
  }
  return "";
}

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
  EXPECT_TRUE(gallery->verify().empty());
  EXPECT_TRUE(gallery->verify_searches().empty());
}

TEST_P(GalleryConformanceTest, GivesAscendingIdsThatAreNeverUsedAgain) {
  const auto first = add_numbered(1, 3, "a");
  EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
  EXPECT_EQ(gallery->remove(std::vector{first[2], first[2], ItemId{99}}), 1U);
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
  EXPECT_EQ(is_new, (std::vector<bool>{false, true, true, false, true, true}));
  EXPECT_EQ(added[3].id, added[1].id);
  EXPECT_EQ(gallery->stats().items, 5U);
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

TEST_P(GalleryConformanceTest, CountsWhatChangesSomething) {
  const auto ids = add_numbered(1, 2, "a");
  EXPECT_EQ(gallery->changes(), 1U);
  add_numbered(1, 2, "a");
  gallery->remove(std::vector{ItemId{77}});
  gallery->remove_class("b");
  EXPECT_EQ(gallery->changes(), 1U);
  gallery->remove(ids);
  EXPECT_EQ(gallery->changes(), 2U);
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
  const char* const names[] = {"a", "b", "c"};
  std::vector<ItemId> known;
  for (std::uint64_t step = 1; step <= 150; ++step) {
    const auto dice = random() % 10;
    if (dice < 6) {
      std::vector<NewItem> items(1 + random() % 9);
      for (NewItem& item : items) item = numbered_item(1 + random() % 300, names[random() % 3]);
      const auto embeddings = corner_embeddings(items.size(), step);
      const auto added = gallery->add(items, embeddings);
      const auto expected = plain.add(items, embeddings);
      for (std::size_t i = 0; i < items.size(); ++i) {
        ASSERT_EQ(added[i].id, expected[i].id);
        ASSERT_EQ(added[i].is_new, expected[i].is_new);
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
  EXPECT_EQ(reader->search(query.row(0), 10).size(), 4U);
  EXPECT_EQ(reader->changes(), 1U);
  EXPECT_TRUE(reader->refresh());
  EXPECT_EQ(reader->changes(), 3U);
  EXPECT_EQ(difference(*reader, *gallery, 3), "");
  EXPECT_FALSE(reader->refresh());
  EXPECT_FALSE(gallery->refresh());  // it sees its own changes
  EXPECT_EQ(code_of([&] { reader->remove(second); }), ErrorCode::kUsage);
}

// Every change adds or removes a pair, and there is always one: so does an answer of one state say.
TEST_P(GalleryConformanceTest, AnswersBesideChangesAndRefreshesAreOfOneState) {
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
    EXPECT_EQ(items % 2, 0U);
    EXPECT_GE(items, 2U);
  };
  const Gallery& seen = reader ? *reader : *gallery;
  std::vector<std::thread> threads;
  threads.push_back(until_stopped([&] { expect_pairs(seen.search(query.row(0), 10).size()); }));
  threads.push_back(until_stopped([&] {
    const auto hits = seen.look_up(query.row(0), {.k = 10});
    expect_pairs(hits.size());
    if (!reader) return;
    for (const LabeledNeighbor& hit : hits) EXPECT_EQ(hit.class_size, hits.size());
    expect_pairs(seen.search(query.row(0), 10, {{"pair"}}).size());
  }));
  if (reader) threads.push_back(until_stopped([&] { reader->refresh(); }));
  for (std::uint64_t round = 1; round <= 100; ++round) {
    const auto next = add_numbered(10 * round, 2, "pair");
    gallery->remove(std::exchange(pair, next));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(gallery->items_of("pair"), pair);
  if (!reader) return;
  reader->refresh();
  EXPECT_EQ(difference(*reader, *gallery, 1), "");
}

}  // namespace simdb::test
