// kill -9 at random moments of a writer: what it said was stored must be there, bit for bit, and
// nothing may be there by half.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "storage/store.h"
#include "tests/support/process.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

// What the worker has said. See tests/support/store_worker.cpp.
struct Said {
  std::map<ItemId, std::uint64_t> added;  // id -> number; without those that may be removed
  std::set<ItemId> removed;
  std::set<ItemId> moved;

  void hear(const std::string& line) {
    std::uint64_t id = 0;
    const char* end = line.data() + line.size();
    const char* rest = std::from_chars(line.data() + 1, end, id).ptr;
    if (line[0] == '+') {
      std::from_chars(rest + 1, end, added[ItemId{id}]);
    } else if (line[0] == '=') {
      moved.insert(ItemId{id});
    } else {
      added.erase(ItemId{id});
      if (line[0] == '-') removed.insert(ItemId{id});
    }
  }
};

struct CrashReport {
  int kills = 0;
  int after_first_answer = 0;
  int wrong = 0;
  std::string first_wrong;
};

// Runs `store_worker TASK` `kills` times on one store, kills it, and compares.
CrashReport crash(const std::string& task, int kills, unsigned seed) {
  std::mt19937_64 random(seed);
  const test::TemporaryFolder folder;
  const auto path = folder / "store";
  test::make_store(path).reset();
  Said said;
  std::uint64_t changes = 0;
  CrashReport report;
  const auto wrong = [&](const std::string& what) {
    if (report.wrong++ == 0) report.first_wrong = what;
  };
  for (; report.kills < kills; ++report.kills) {
    test::Process worker(
        {SIMDB_STORE_WORKER, task, path, std::to_string(1 + 1'000'000 * report.kills)});
    bool answered = false;
    // Every tenth during the start: by count, for by chance it may be most of a few.
    if (report.kills % 10 == 9) {
      std::this_thread::sleep_for(microseconds(random() % 40'000));
    } else if (const auto line = worker.read_line(seconds(20))) {
      said.hear(*line);
      answered = true;
      std::this_thread::sleep_for(microseconds(random() % 50'000));
    }
    worker.kill();
    for (const std::string& line : worker.read_rest()) {
      said.hear(line);
      answered = true;
    }
    report.after_first_answer += answered ? 1 : 0;

    const auto store = Store::open(path, StoreMode::kReadWrite);
    for (const StoreProblem& problem : store->verify()) wrong(problem.what);
    test::ItemComparison items(*store);
    for (const auto& [id, number] : said.added) {
      std::string difference = items.difference(id, number);
      if (difference.empty() && said.moved.contains(id) &&
          store->get(id)->info.class_name != "moved") {
        difference = "not moved";
      }
      if (!difference.empty()) wrong("item " + std::to_string(to_number(id)) + ": " + difference);
    }
    const auto erased = store->erased_since(0).value_or(std::vector<ItemId>());
    for (const ItemId id : said.removed) {
      const std::string name = "item " + std::to_string(to_number(id));
      if (store->get(id)) wrong(name + " came back");
      if (!std::binary_search(erased.begin(), erased.end(), id)) wrong(name + " left no tombstone");
    }
    if (store->changes() < changes) wrong("the count of changes went back");
    changes = store->changes();
  }
  return report;
}

TEST(StoreCrashTest, NothingAcknowledgedIsLostByKillingTheWriter) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const CrashReport report = crash("fill", 25, seed);
  EXPECT_EQ(report.wrong, 0) << report.first_wrong;
  EXPECT_GE(report.after_first_answer, report.kills * 7 / 10) << "the kills came too early";
}

TEST(StoreCrashTest, ALossWouldBeNoticed) { EXPECT_GT(crash("lie", 3, 1).wrong, 0); }

}  // namespace
}  // namespace simdb
