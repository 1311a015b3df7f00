// Threads on one gallery; run under ThreadSanitizer too.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "database/embedded_gallery.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

TEST(GalleryThreadsTest, ChangesAndSearchesRunSideBySide) {
  constexpr int kWriters = 2;
  constexpr std::uint64_t kRounds = 40;
  const test::TemporaryFolder folder;
  EmbeddedGallery gallery(test::make_store(folder / "store"), folder.path());
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> threads;

  for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (std::uint64_t round = 0; round < kRounds; ++round) {
        const std::uint64_t number = 1000 * (writer + 1) + 2 * round;
        const std::vector<NewItem> items{test::numbered_item(number, "kept"),
                                         test::numbered_item(number + 1, "removed")};
        const auto added = gallery.add(items, test::random_embeddings(2, 16, number));
        const std::vector<ItemId> doomed{added[1].id};
        EXPECT_EQ(gallery.remove(doomed), 1U);
      }
      --writing;
    });
  }
  for (std::uint64_t reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&, reader] {
      const auto query = test::random_embeddings(1, 16, reader);
      while (writing > 0) {
        const auto found =
            gallery.search(query.row(0), 10, reader == 0 ? SearchFilter{{"kept"}} : SearchFilter());
        EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), ranks_before));
        std::set<ItemId> distinct;
        for (const Neighbor& neighbor : found) {
          distinct.insert(neighbor.id);
          gallery.get(neighbor.id);
        }
        EXPECT_EQ(distinct.size(), found.size());
        gallery.classes();
        gallery.stats();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(gallery.classes(), (std::vector<ClassCount>{{"kept", kWriters * kRounds}}));
  for (const std::string& problem : gallery.verify()) ADD_FAILURE() << problem;
}

TEST(GalleryThreadsTest, TheSameFileFromManyThreadsIsStoredOnce) {
  const test::TemporaryFolder folder;
  EmbeddedGallery gallery(test::make_store(folder / "store"), folder.path());
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t number = 1; number <= 20; ++number) {
        const std::vector<NewItem> items{test::numbered_item(number, "cat")};
        stored += gallery.add(items, test::random_embeddings(1, 16, number))[0].is_new ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stored, 20);
  EXPECT_EQ(gallery.stats().items, 20U);
}

TEST(GalleryThreadsTest, SummariesFollowChangesInOtherThreads) {
  const test::TemporaryFolder folder;
  EmbeddedGallery gallery(test::make_store(folder / "store"), folder.path());
  const std::vector<NewItem> first{test::numbered_item(1, "still"), test::numbered_item(2, "still"),
                                   test::numbered_item(3, "grows")};
  gallery.add(first, test::random_embeddings(3, 16, 1));
  const Embedding query = test::random_embeddings(1, 16, 1).at(0);  // item 1
  // What is told of a class, by way of a hit.
  const auto told = [&](const EmbeddedGallery& of, const std::string& name) {
    for (LabeledNeighbor& hit : of.look_up(query.values(), {.k = 1000})) {
      if (hit.class_name == name) return std::move(hit);
    }
    return LabeledNeighbor();
  };
  const float still = *told(gallery, "still").mean_similarity;
  std::atomic<bool> writing = true;
  std::atomic<std::uint64_t> acknowledged = 1;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      while (writing) {
        const std::uint64_t least = acknowledged;
        const LabeledNeighbor grown = told(gallery, "grows");
        EXPECT_GE(grown.class_size, least);  // never what it was before an acknowledged change
        EXPECT_EQ(grown.mean_similarity.has_value(), grown.class_size > 1);
        EXPECT_EQ(told(gallery, "still").mean_similarity, still);
      }
    });
  }
  for (std::uint64_t number = 10; number < 60; ++number) {
    const std::vector<NewItem> items{test::numbered_item(number, "grows")};
    gallery.add(items, test::random_embeddings(1, 16, number));
    ++acknowledged;
  }
  writing = false;
  for (std::thread& thread : readers) thread.join();

  const EmbeddedGallery reader(Store::open(folder / "store", StoreMode::kReadOnly), folder.path());
  EXPECT_EQ(told(gallery, "grows").mean_similarity, told(reader, "grows").mean_similarity);
  EXPECT_EQ(told(gallery, "grows").class_size, 51U);
}

}  // namespace
}  // namespace simdb
