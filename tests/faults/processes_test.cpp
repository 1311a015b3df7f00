// One process writes, others read and back up: nobody sees half a change, nobody is in the way,
// and whoever is killed takes nothing along.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "simdb/backup.h"
#include "tests/faults/victim.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/fault_run.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A worker whose output a thread listens to.
class Worker {
 public:
  Worker(const std::string& task, const Victim& victim, std::uint64_t seed)
      : process_({SIMDB_KILL_WORKER, task, victim.path(), std::to_string(seed), "1"}) {}

  // Hears what it says until `end`; with `expected`, learns from it.
  void listen(steady_clock::time_point end, Expected* expected = nullptr) {
    while (steady_clock::now() < end) {
      const auto line = process_.read_line(milliseconds(100));
      if (line) note(*line, expected);
    }
  }
  void kill(Expected* expected = nullptr) {
    process_.kill();
    for (const std::string& line : process_.read_rest()) note(line, expected);
  }

  std::uint64_t done = 0;  // times it read or backed up
  std::string wrong;

 private:
  void note(const std::string& line, Expected* expected) {
    if (expected != nullptr) hear(*expected, line);
    if (line.starts_with("read ") || line.starts_with("backed up ")) ++done;
    if (line.starts_with("wrong")) wrong = line;
  }

  Process process_;
};

TEST(ProcessesTest, ReadersBesideAWriterSeeWholeChanges) {
  const std::uint64_t seed = fault_run().seed;
  Victim victim;
  const auto end = steady_clock::now() + seconds(amount(5, 40, 600));
  Worker writer("steady", victim, seed);
  std::thread listener([&] { writer.listen(end, &victim.expected); });
  std::this_thread::sleep_for(milliseconds(500));

  // Four readers; one of them is killed now and then.
  std::uint64_t reads = 0;
  std::uint64_t killed = 0;
  std::mutex mutex;
  std::vector<std::thread> readers;
  for (std::uint64_t i = 0; i < 4; ++i) {
    readers.emplace_back([&, i] {
      std::mt19937_64 random(seed + i);
      while (steady_clock::now() < end) {
        Worker reader("read", victim, seed + i);
        reader.listen(i == 0 ? steady_clock::now() + microseconds(random() % 2'000'000) : end);
        reader.kill();
        const std::lock_guard lock(mutex);
        EXPECT_EQ(reader.wrong, "");
        reads += reader.done;
        killed += i == 0 ? 1 : 0;
      }
    });
  }
  // A second writer is turned away at once, by name, unless the first is between two sessions or
  // gets there while it is asked for its name.
  std::uint64_t refused = 0;
  std::uint64_t slowest_ms = 0;
  while (steady_clock::now() < end) {
    const auto start = steady_clock::now();
    try {
      Store::open(store_path(victim.path()), StoreMode::kReadWrite).reset();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBusy) << error.what();
      const std::string text = error.what();
      if (text.find("in use by another process") == std::string::npos) {
        EXPECT_NE(text.find("kill_worker steady"), std::string::npos) << text;
        ++refused;
      }
    }
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    slowest_ms = std::max(slowest_ms, static_cast<std::uint64_t>(took.count()));
    std::this_thread::sleep_for(milliseconds(300));
  }
  listener.join();
  for (std::thread& reader : readers) reader.join();
  writer.kill(&victim.expected);
  EXPECT_EQ(victim.look(), "");  // and the lock is free
  EXPECT_GT(reads, amount(0, 20, 200));
  EXPECT_GT(refused, amount(0, 10, 100));
  EXPECT_LT(slowest_ms, 5000U);
  EXPECT_GT(victim.expected.acknowledged, amount(5, 100, 1000));

  // A database that is wrong on purpose: a reader must say so.
  Victim control;
  {
    auto store = Store::open(store_path(control.path()), StoreMode::kReadWrite);
    NewItem item = numbered_item(1, "class 2");  // item 1 is of class 1
    store->put(std::span(&item, 1), random_embeddings(1, 16, 1));
  }
  Worker reader("read", control, seed);
  reader.listen(steady_clock::now() + seconds(2));
  reader.kill();
  EXPECT_NE(reader.wrong, "") << "a wrong record would not be noticed";
  if (HasFailure()) return;
  record({"F13", "1 writer and 4 readers for " + grouped(amount(5, 40, 600)) + " s",
          grouped(victim.expected.acknowledged) + " acknowledged changes, " + grouped(reads) +
              " whole reads, 0 wrong; " + grouped(refused) + " second writers refused in at most " +
              grouped(slowest_ms) + " ms; " + grouped(killed) + " readers killed",
          "a wrong record: noticed"});
}

TEST(ProcessesTest, BackupsOfALiveDatabaseAreWhole) {
  const std::uint64_t seed = fault_run().seed;
  const std::uint64_t backups = amount(5, 30, 100);
  const TemporaryFolder folder;
  std::mt19937_64 random(seed);
  Victim victim;
  Worker writer("steady", victim, seed);
  std::atomic<bool> stop = false;
  std::thread listener([&] {
    while (!stop) writer.listen(steady_clock::now() + milliseconds(50), &victim.expected);
  });
  std::this_thread::sleep_for(milliseconds(300));
  const std::filesystem::path file = victim.path().string() + ".backup";
  std::uint64_t restored = 0;
  std::uint64_t killed = 0;
  std::uint64_t changes = 0;
  for (std::uint64_t i = 0; i < backups; ++i) {
    Worker backup("back_up", victim, seed);
    // Let it finish at least one the first time, later kill it anywhere.
    if (i == 0) {
      while (backup.done == 0) backup.listen(steady_clock::now() + milliseconds(50));
    } else {
      std::this_thread::sleep_for(microseconds(random() % 150'000));
    }
    backup.kill();
    ++killed;
    const auto target = folder / std::to_string(i);
    restore_database(file, target);  // throws if it is half a backup
    const EmbeddedGallery gallery(Store::open(store_path(target), StoreMode::kReadOnly), target);
    ASSERT_EQ(check_whole(gallery), "");
    const auto store = Store::open(store_path(target), StoreMode::kReadOnly);
    EXPECT_GE(store->changes(), changes) << "an older state than the backup before";
    changes = store->changes();
    ++restored;
    std::filesystem::remove_all(target);
  }
  stop = true;
  listener.join();
  writer.kill(&victim.expected);
  EXPECT_EQ(victim.look(), "");

  // The control: one byte less.
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  EXPECT_EQ(code_of([&] { restore_database(file, folder / "control"); }), ErrorCode::kCorruption);
  EXPECT_FALSE(std::filesystem::exists(folder / "control"));
  std::filesystem::remove(file);
  for (const auto& left : std::filesystem::directory_iterator(file.parent_path())) {
    if (left.path().filename().string().find(".tmp.") != std::string::npos) {
      std::filesystem::remove(left.path());
    }
  }
  if (HasFailure()) return;
  record({"F16", grouped(restored) + " backups under load, " + grouped(killed) + " killed",
          "every file restores, verifies and is no older than the one before",
          "a file cut by one byte: refused, nothing made"});
}

}  // namespace
}  // namespace simdb::test
