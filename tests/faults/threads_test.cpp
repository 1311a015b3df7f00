// Threads that add, change, remove and search in one gallery: nothing is lost or seen by half, the
// order is one that a single thread could have made, and ThreadSanitizer finds no race.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>

#include "tests/faults/history.h"
#include "tests/faults/victim.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

constexpr std::size_t kThreads = 8;

void on_all_threads(const std::function<void(std::uint64_t thread)>& work) {
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

std::set<ItemId> ids_of(const std::vector<Neighbor>& neighbors) {
  std::set<ItemId> ids;
  for (const Neighbor& neighbor : neighbors) ids.insert(neighbor.id);
  return ids;
}

ItemId add_one(EmbeddedGallery& gallery, std::uint64_t number) {
  const std::vector<NewItem> items{work_item(number)};
  return gallery.add(items, random_embeddings(1, gallery.dimension(), number)).front().id;
}

// Where a look reads: each is to be one gallery of its own order. (An item under way may be seen
// by get() a moment before searches find it.)
using Look = std::function<std::set<ItemId>(const EmbeddedGallery&)>;

std::set<ItemId> look_by_search(const EmbeddedGallery& gallery) {
  return ids_of(gallery.search(random_embeddings(1, gallery.dimension(), 1).row(0), 1'000'000));
}

std::set<ItemId> look_by_scan(const EmbeddedGallery& gallery) {
  std::set<ItemId> ids;
  gallery.for_each_item([&](const ItemRecord& record) {
    ids.insert(record.id);
    return true;
  });
  return ids;
}

// Three threads with six operations each, all at the same time.
std::vector<Operation> short_history(EmbeddedGallery& gallery, const std::set<ItemId>& initial,
                                     const Look& look, std::uint64_t seed) {
  std::atomic<std::uint64_t> clock = 0;
  std::mutex mutex;
  std::vector<Operation> history;
  std::vector<ItemId> known(initial.begin(), initial.end());
  std::atomic<int> ready = 0;
  const auto work = [&](std::uint64_t thread) {
    std::mt19937_64 random(seed * 100 + thread);
    ++ready;
    while (ready < 3) std::this_thread::yield();
    for (std::uint64_t i = 0; i < 6; ++i) {
      Operation operation;
      const auto dice = random() % 10;
      if (dice < 4) {
        operation.kind = Operation::Kind::kAdd;
        operation.began = ++clock;
        operation.id = add_one(gallery, seed * 1000 + thread * 100 + i);
      } else if (dice < 7) {
        operation.kind = Operation::Kind::kRemove;
        {
          const std::lock_guard lock(mutex);
          operation.id = known.empty() ? ItemId{1} : known[random() % known.size()];
        }
        operation.began = ++clock;
        operation.removed = gallery.remove(std::span(&operation.id, 1)) == 1;
      } else {
        operation.began = ++clock;
        operation.seen = look(gallery);
      }
      operation.ended = ++clock;
      const std::lock_guard lock(mutex);
      if (operation.kind == Operation::Kind::kAdd) known.push_back(operation.id);
      history.push_back(operation);
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 3; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
  return history;
}

struct Histories {
  std::uint64_t count = 0;
  std::uint64_t operations = 0;
  std::uint64_t out_of_order = 0;
};

Histories write_histories(std::uint64_t count, std::uint64_t seed, const Look& look) {
  Victim victim;
  EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadWrite),
                          victim.path());
  Histories result;
  for (; result.count < count; ++result.count) {
    const std::set<ItemId> initial = look_by_search(gallery);
    const auto history = short_history(gallery, initial, look, seed + result.count);
    result.operations += history.size();
    result.out_of_order += is_linearizable(initial, history) ? 0 : 1;
    const std::set<ItemId> all = look_by_search(gallery);
    gallery.remove(std::vector<ItemId>(all.begin(), all.end()));
  }
  return result;
}

TEST(ThreadsTest, WhatThreadsSeeIsOneOrder) {
  const std::uint64_t count = amount(30, 300, 2000);
  const std::uint64_t seed = fault_run().seed % 1'000'000 * 1'000'000;
  const Histories searches = write_histories(count, seed, look_by_search);
  EXPECT_EQ(searches.out_of_order, 0U);
  const Histories scans = write_histories(count, seed, look_by_scan);
  EXPECT_EQ(scans.out_of_order, 0U);

  // The control: looks that show the state of one look before.
  std::mutex mutex;
  std::set<ItemId> last;
  const Histories stale =
      write_histories(30, seed, [&](const EmbeddedGallery& gallery) -> std::set<ItemId> {
        const std::lock_guard lock(mutex);
        return std::exchange(last, look_by_search(gallery));
      });
  EXPECT_GT(stale.out_of_order * 10, stale.count * 9) << "a stale answer would not be noticed";
  if (HasFailure()) return;
  record(
      {"F14a", grouped(2 * count) + " histories of 18 operations by 3 threads",
       "each has an order that one thread could have made",
       "stale answers: noticed in " + grouped(stale.out_of_order) + " of " + grouped(stale.count)});
}

TEST(ThreadsTest, EightThreadsLoseNothing) {
  const auto duration = std::chrono::seconds(amount(8, 15, 60));
  const std::uint64_t seed = fault_run().seed % 1'000'000 * 1'000'000;
  const auto end = std::chrono::steady_clock::now() + duration;
  Victim victim;
  std::atomic<std::uint64_t> changes = 0;
  std::atomic<std::uint64_t> searches = 0;
  std::mutex mutex;
  std::set<ItemId> must_be_there;
  {
    EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadWrite),
                            victim.path());
    on_all_threads([&](std::uint64_t thread) {
      std::mt19937_64 random(seed + thread);
      std::vector<ItemId> mine;  // what this thread has added and not removed
      std::uint64_t number = seed + (thread + 1) * 10'000'000;
      const EmbeddingBatch queries = random_embeddings(1, gallery.dimension(), thread);
      while (std::chrono::steady_clock::now() < end) {
        const auto dice = random() % 100;
        if (thread < 4 && (dice < 60 || mine.empty())) {
          mine.push_back(add_one(gallery, ++number));
          const auto embedding = gallery.embedding(mine.back());
          ASSERT_TRUE(embedding);
          // What this thread was told is there is found at once.
          ASSERT_EQ(gallery.search(embedding->values(), 1).at(0).id, mine.back());
          ++changes;
        } else if (thread < 4 && dice < 75) {
          const ItemId id = mine[random() % mine.size()];
          const ItemChange change = work_change(++number);
          ASSERT_EQ(gallery.update(std::span(&id, 1), change), 1U);
          const auto record = gallery.get(id);
          ASSERT_TRUE(record);
          ASSERT_EQ(record->info.class_name, change.class_name);
          ASSERT_EQ(record->info.metadata.at("version"), change.set.at("version"));
          ++changes;
        } else if (thread < 4 && dice < 90) {
          std::swap(mine[random() % mine.size()], mine.back());
          ASSERT_EQ(gallery.remove(std::span(&mine.back(), 1)), 1U);
          ASSERT_FALSE(gallery.get(mine.back()));
          mine.pop_back();
          ++changes;
        } else if (thread == 0 && dice > 98) {
          gallery.reindex();
        } else {
          const auto found = gallery.search(
              queries.row(0), 10, thread % 2 == 0 ? SearchFilter() : SearchFilter{{"class 1"}});
          ASSERT_TRUE(std::is_sorted(found.begin(), found.end(), ranks_before));
          ASSERT_EQ(ids_of(found).size(), found.size());
          ++searches;
        }
      }
      const std::lock_guard lock(mutex);
      must_be_there.insert(mine.begin(), mine.end());
    });
    ASSERT_FALSE(HasFailure());
    EXPECT_EQ(look_by_search(gallery), must_be_there);
    EXPECT_EQ(check_whole(gallery), "");
  }
  const EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadOnly),
                                victim.path());
  EXPECT_EQ(look_by_scan(gallery), must_be_there);
  EXPECT_GT(changes, 20U);
  EXPECT_GT(searches, 100U);
  if (HasFailure()) return;
  record({"F14", "8 threads for " + grouped(static_cast<std::uint64_t>(duration.count())) + " s",
          grouped(changes) + " acknowledged changes beside " + grouped(searches) +
              " searches, 0 lost, every item found once it was acknowledged",
          "see F14a"});
}

}  // namespace
}  // namespace simdb::test
