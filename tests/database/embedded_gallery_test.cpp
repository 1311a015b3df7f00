#include "database/embedded_gallery.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::code_of;
using test::numbered_item;
using test::random_embeddings;

// Fails the next change when told to.
class BrittleIndex final : public VectorIndex {
 public:
  BrittleIndex(std::size_t dimension, const bool& fails)
      : index_(make_index(dimension)), fails_(fails) {}

  void add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) override {
    fail_if_told();
    index_->add(ids, embeddings);
  }
  std::size_t remove(std::span<const ItemId> ids) override {
    fail_if_told();
    return index_->remove(ids);
  }
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const IdFilter& filter) const override {
    return index_->search(query, k, filter);
  }
  std::size_t size() const noexcept override { return index_->size(); }
  std::size_t dimension() const noexcept override { return index_->dimension(); }
  std::vector<ItemId> ids() const override { return index_->ids(); }
  std::vector<float> vector(ItemId id) const override { return index_->vector(id); }
  std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                                  std::size_t threads,
                                                  const IdFilter& filter) const override {
    return index_->search_batch(queries, k, threads, filter);
  }
  std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                     const IdFilter& filter) const override {
    return index_->range_search(query, min_similarity, filter);
  }
  std::vector<GroupBest> best_of_groups(std::span<const float> query, const GroupedItems& items,
                                        std::span<const std::uint32_t> without) const override {
    return index_->best_of_groups(query, items, without);
  }
  std::size_t memory_bytes() const noexcept override { return index_->memory_bytes(); }
  void write(AtomicFile& file, const SnapshotOrigin& origin) const override {
    index_->write(file, origin);
  }

 private:
  void fail_if_told() const {
    if (fails_) throw Error(ErrorCode::kInternal, "out of memory");
  }

  std::unique_ptr<VectorIndex> index_;
  const bool& fails_;
};

class EmbeddedGalleryTest : public testing::Test {
 protected:
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    gallery.reset();
    gallery = std::make_unique<EmbeddedGallery>(Store::open(folder / "store", mode), folder.path());
  }
  std::vector<AddedItem> add(const std::vector<NewItem>& items, std::uint64_t seed = 1) {
    return gallery->add(items, random_embeddings(items.size(), 16, seed));
  }
  void expect_sound() const {
    for (const std::string& problem : gallery->verify()) ADD_FAILURE() << problem;
  }

  test::TemporaryFolder folder;
  bool index_fails = false;
  std::unique_ptr<EmbeddedGallery> gallery = std::make_unique<EmbeddedGallery>(
      test::make_store(folder / "store"), folder.path(), [this](std::size_t dimension) {
        return std::make_unique<BrittleIndex>(dimension, index_fails);
      });
};

TEST_F(EmbeddedGalleryTest, WhatIsAddedIsFoundAndSurvivesReopening) {
  std::vector<NewItem> items;
  for (std::uint64_t number = 1; number <= 30; ++number) {
    items.push_back(numbered_item(number, number % 2 == 0 ? "even" : "odd"));
  }
  const auto added = add(items);
  const auto embeddings = random_embeddings(30, 16, 1);
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    for (std::size_t i = 0; i < 30; ++i) {
      EXPECT_TRUE(added[i].is_new);
      const auto found = gallery->search(embeddings.row(i), 3);
      ASSERT_EQ(found.size(), 3U);
      EXPECT_EQ(found[0].id, added[i].id);
      EXPECT_EQ(gallery->get(added[i].id)->info, items[i].info);
      EXPECT_EQ(gallery->embedding(added[i].id), embeddings.at(i));
      EXPECT_EQ(gallery->thumbnail(added[i].id), items[i].thumbnail);
    }
    expect_sound();
    reopen(mode);
  }
}

TEST_F(EmbeddedGalleryTest, VisitsEmbeddingsInTheOrderOfIds) {
  std::vector<NewItem> items;
  for (std::uint64_t number = 1; number <= 5; ++number)
    items.push_back(numbered_item(number, "cat"));
  add(items);
  gallery->remove(std::vector{ItemId{2}});
  std::vector<ItemId> visited;
  gallery->for_each_embedding([&](ItemId id, std::span<const float> values) {
    EXPECT_EQ(gallery->embedding(id), Embedding::from_unit(values));
    visited.push_back(id);
    return visited.size() < 3;
  });
  EXPECT_EQ(visited, (std::vector{ItemId{1}, ItemId{3}, ItemId{4}}));
}

TEST_F(EmbeddedGalleryTest, AFilterLooksOnlyAtItsClass) {
  const std::vector<NewItem> items{numbered_item(1, "cat"), numbered_item(2, "dog"),
                                   numbered_item(3, "cat"), numbered_item(4, "cats")};
  gallery->add(items, axis_embeddings(4, 16, 0));
  const auto query = axis_embeddings(1, 16, 0);
  EXPECT_EQ(gallery->search(query.row(0), 10, {{"cat"}}),
            (std::vector<Neighbor>{{ItemId{1}, 1.0F}, {ItemId{3}, 1.0F}}));
  EXPECT_EQ(gallery->search(query.row(0), 1, {{"dog"}}),
            (std::vector<Neighbor>{{ItemId{2}, 1.0F}}));
  EXPECT_TRUE(gallery->search(query.row(0), 10, {{"bird"}}).empty());
}

TEST_F(EmbeddedGalleryTest, TheSameFileIsStoredOnce) {
  const std::vector<NewItem> first{numbered_item(1, "cat"), numbered_item(2, "cat")};
  add(first);
  // 2 is known; 3 is new and comes twice; 1 under another class is another item.
  const std::vector<NewItem> second{numbered_item(2, "cat"), numbered_item(3, "cat"),
                                    numbered_item(1, "dog"), numbered_item(3, "cat")};
  const auto added = add(second, 2);
  EXPECT_EQ(added[0].id, ItemId{2});
  EXPECT_FALSE(added[0].is_new);
  EXPECT_EQ(added[1].id, ItemId{3});
  EXPECT_TRUE(added[1].is_new);
  EXPECT_EQ(added[2].id, ItemId{4});
  EXPECT_TRUE(added[2].is_new);
  EXPECT_EQ(added[3].id, ItemId{3});
  EXPECT_FALSE(added[3].is_new);
  EXPECT_EQ(gallery->stats().items, 4U);
  // The embedding of the first of the two is the one that is kept.
  EXPECT_EQ(gallery->embedding(ItemId{3}), random_embeddings(4, 16, 2).at(1));
  expect_sound();
}

TEST_F(EmbeddedGalleryTest, OneFileInManyClassesIsFoundInEach) {
  std::vector<NewItem> copies;
  for (int i = 0; i < 300; ++i) copies.push_back(numbered_item(1, std::to_string(i)));
  for (const AddedItem& item : add(copies)) EXPECT_TRUE(item.is_new);
  copies[7].info.source = "/elsewhere.png";
  copies[8].info.class_name = "bird";
  const auto again = add(copies);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    EXPECT_EQ(again[i].is_new, i == 8);
    EXPECT_EQ(again[i].is_updated, i == 7);
    EXPECT_EQ(again[i].id, i == 8 ? ItemId{301} : ItemId{i + 1});
  }
  expect_sound();
}

TEST_F(EmbeddedGalleryTest, RemovedItemsAreGoneAndMayComeAgain) {
  add({numbered_item(1, "cat"), numbered_item(2, "cat"), numbered_item(3, "dog")});
  EXPECT_EQ(gallery->remove(std::vector{ItemId{1}, ItemId{1}, ItemId{99}}), 1U);
  EXPECT_EQ(gallery->search(random_embeddings(1, 16, 1).row(0), 10).size(), 2U);
  EXPECT_EQ(gallery->remove_class("bird"), 0U);
  EXPECT_EQ(gallery->remove_class("cat"), 1U);
  EXPECT_EQ(gallery->classes(), (std::vector<ClassCount>{{"dog", 1}}));
  expect_sound();
  const auto again = add({numbered_item(1, "cat")});
  EXPECT_TRUE(again[0].is_new);
  EXPECT_EQ(again[0].id, ItemId{4});
}

TEST_F(EmbeddedGalleryTest, OneBadItemStopsAllOfThem) {
  EXPECT_EQ(code_of([&] { add({numbered_item(1, "cat"), numbered_item(2, "")}); }),
            ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] {
              gallery->add(std::vector{numbered_item(1, "cat")}, random_embeddings(2, 16, 1));
            }),
            ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] {
              gallery->add(std::vector{numbered_item(1, "cat")}, random_embeddings(1, 32, 1));
            }),
            ErrorCode::kUsage);
  EXPECT_EQ(gallery->stats().items, 0U);
  expect_sound();
}

TEST_F(EmbeddedGalleryTest, BadSearchesAreRefused) {
  const auto query = random_embeddings(1, 16, 1);
  EXPECT_TRUE(gallery->search(query.row(0), 5).empty());
  EXPECT_EQ(code_of([&] { gallery->search(query.row(0), 0); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { gallery->search(random_embeddings(1, 32, 1).row(0), 5); }),
            ErrorCode::kUsage);
}

TEST_F(EmbeddedGalleryTest, StatsCountWhatIsThere) {
  add({numbered_item(1, "cat"), numbered_item(2, "dog")});
  const GalleryStats stats = gallery->stats();
  EXPECT_EQ(stats.items, 2U);
  EXPECT_EQ(stats.classes, 2U);
  EXPECT_EQ(stats.dimension, 16U);
  EXPECT_EQ(stats.encoder_fingerprint, gallery->encoder_fingerprint());
  EXPECT_GT(stats.disk_bytes, 1000U);
}

TEST_F(EmbeddedGalleryTest, AnIndexThatMissedAChangeIsRebuiltBeforeTheNextAnswer) {
  add({numbered_item(1, "cat")});
  index_fails = true;
  const auto added = add({numbered_item(2, "cat")}, 2);  // durable, so no error
  EXPECT_TRUE(added[0].is_new);
  const auto query = random_embeddings(1, 16, 2);
  EXPECT_EQ(code_of([&] { gallery->search(query.row(0), 1); }), ErrorCode::kInternal);
  index_fails = false;
  EXPECT_EQ(gallery->search(query.row(0), 1).front().id, added[0].id);
  expect_sound();

  index_fails = true;
  EXPECT_EQ(gallery->remove(std::vector{added[0].id}), 1U);
  index_fails = false;
  EXPECT_EQ(gallery->search(query.row(0), 5).size(), 1U);
  expect_sound();
}

TEST_F(EmbeddedGalleryTest, FiltersByClassAndByIds) {
  std::vector<NewItem> items;
  for (std::uint64_t number = 1; number <= 60; ++number) {
    items.push_back(numbered_item(number, number % 3 == 0 ? "cat" : "dog"));
  }
  add(items);
  const auto query = random_embeddings(1, 16, 9);
  const auto ids_of = [&](const std::vector<Neighbor>& found) {
    std::set<std::uint64_t> ids;
    for (const Neighbor& neighbor : found) ids.insert(to_number(neighbor.id));
    return ids;
  };
  const std::vector<ItemId> some{ItemId{2}, ItemId{3}, ItemId{6}, ItemId{60}, ItemId{99}};
  EXPECT_EQ(ids_of(gallery->search(query.row(0), 60, {.class_names = {"cat"}})).size(), 20U);
  EXPECT_EQ(ids_of(gallery->search(query.row(0), 9, {.ids = some})),
            (std::set<std::uint64_t>{2, 3, 6, 60}));
  EXPECT_EQ(ids_of(gallery->search(query.row(0), 9, {.class_names = {"cat"}, .ids = some})),
            (std::set<std::uint64_t>{3, 6, 60}));
  EXPECT_EQ(ids_of(gallery->range_search(query.row(0), -1, {.class_names = {"dog"}, .ids = some})),
            (std::set<std::uint64_t>{2}));
  EXPECT_EQ(ids_of(gallery->search_batch(query, 9, {.ids = some}).front()).size(), 4U);
  const std::vector<ItemId> descending{ItemId{3}, ItemId{2}};
  EXPECT_EQ(code_of([&] { gallery->search(query.row(0), 9, {{"cat"}, descending}); }),
            ErrorCode::kUsage);
}

TEST_F(EmbeddedGalleryTest, TheClassFilterFollowsChanges) {
  const auto query = random_embeddings(1, 16, 9);
  const auto first = add({numbered_item(1, "cat"), numbered_item(2, "dog")});
  EXPECT_EQ(gallery->search(query.row(0), 9, {{"cat"}}).size(), 1U);
  add({numbered_item(3, "cat")}, 3);
  EXPECT_EQ(gallery->search(query.row(0), 9, {{"cat"}}).size(), 2U);
  gallery->remove(std::vector{first[0].id});
  EXPECT_EQ(gallery->search(query.row(0), 9, {{"cat"}}).size(), 1U);
  gallery->remove_class("cat");
  EXPECT_TRUE(gallery->search(query.row(0), 9, {{"cat"}}).empty());
}

}  // namespace
}  // namespace simdb
