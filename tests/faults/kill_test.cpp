// kill -9 of a process that works on a database, at any moment and at each step of saving the
// index. The workers are started by exec: a fork after RocksDB was opened deadlocks.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "index/snapshot.h"
#include "tests/faults/victim.h"
#include "tests/support/fault_run.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::uint64_t kKillsOfOneDatabase = 50;

struct Report {
  std::uint64_t kills = 0;
  std::uint64_t after_first_acknowledgement = 0;
  std::uint64_t acknowledged = 0;
  std::map<std::string, std::uint64_t> during;  // what the worker did when it was killed
  std::uint64_t wrong = 0;
  std::string first_wrong;
};

Report kill_at_random(const std::string& task, std::uint64_t kills, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Report report;
  std::unique_ptr<Victim> victim;
  for (; report.kills < kills; ++report.kills) {
    if (!victim || report.kills % kKillsOfOneDatabase == 0) {
      if (victim) report.acknowledged += victim->expected.acknowledged;
      victim = std::make_unique<Victim>();
    }
    Process worker({SIMDB_KILL_WORKER, task, victim->path(), std::to_string(seed + report.kills),
                    std::to_string(1 + 1'000'000 * (report.kills % kKillsOfOneDatabase))});
    std::string phase = "starting";
    bool acknowledged = false;
    const auto note = [&](const std::string& line) {
      const std::uint64_t before = victim->expected.acknowledged;
      hear(victim->expected, line);
      const bool is_acknowledgement = victim->expected.acknowledged > before;
      acknowledged = acknowledged || is_acknowledgement;
      if (victim->expected.in_a_change()) {
        phase = "changing";
      } else if (is_acknowledgement) {
        phase = "open";
      } else {
        phase = line;
      }
    };
    if (task != "lie" && report.kills % 5 == 0) {  // while it opens
      std::this_thread::sleep_for(microseconds(random() % 30'000));
    } else {
      while (!acknowledged) {
        const auto line = worker.read_line(seconds(20));
        if (!line) break;
        note(*line);
      }
      std::this_thread::sleep_for(microseconds(random() % 50'000));
    }
    worker.kill();
    for (const std::string& line : worker.read_rest()) note(line);
    report.after_first_acknowledgement += acknowledged ? 1 : 0;
    ++report.during[phase];
    const std::string wrong = victim->look();
    if (!wrong.empty()) {
      if (report.wrong++ == 0)
        report.first_wrong = "kill " + std::to_string(report.kills) + ": " + wrong;
      report.acknowledged += victim->expected.acknowledged;
      victim.reset();
    }
  }
  if (victim) report.acknowledged += victim->expected.acknowledged;
  return report;
}

TEST(KillTest, NothingAcknowledgedIsLost) {
  const std::uint64_t kills = amount(20, 200, 1000);
  const Report report = kill_at_random("work", kills, fault_run().seed);
  EXPECT_EQ(report.wrong, 0U) << report.first_wrong;
  EXPECT_GE(report.after_first_acknowledgement * 10, kills * 7) << "the kills came too early";
  std::string phases;
  for (const auto& [phase, count] : report.during) {
    phases += (phases.empty() ? "" : ", ") + phase + " " + grouped(count);
  }
  std::printf("killed while: %s\n", phases.c_str());
  if (kills >= 1000) {
    for (const char* phase : {"opening", "open", "changing", "saving", "closing"}) {
      EXPECT_TRUE(report.during.contains(phase)) << "no kill while " << phase << ": " << phases;
    }
  }
  const Report control = kill_at_random("lie", 10, fault_run().seed + 1);
  EXPECT_EQ(control.wrong, 10U) << "a loss would not be noticed";
  if (HasFailure()) return;
  record({"F1", grouped(kills) + " kills (" + phases + ")",
          grouped(report.acknowledged) + " acknowledged changes, 0 lost, index = store each time",
          "a worker that lies: noticed in " + grouped(control.wrong) + " of 10"});
}

TEST(KillTest, AKilledSaveLeavesTheOldIndexOrTheNew) {
  const std::uint64_t times = amount(4, 20, 50);
  std::uint64_t kills = 0;
  std::uint64_t renewed = 0;
  std::uint64_t rebuilt = 0;
  std::uint64_t seed = fault_run().seed;
  for (const std::string step : {"create", "append", "sync", "close", "rename", "sync_folder"}) {
    Victim victim;
    {
      EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadWrite),
                              victim.path());
      GalleryWork work(seed);
      for (int i = 0; i < 6; ++i) work.step(gallery, victim.expected, Step::kAddBatch);
      gallery.reindex();
    }
    for (std::uint64_t i = 0; i < times; ++i, ++kills) {
      const auto before = read_snapshot_info(snapshot_path(victim.path()));
      Process worker({SIMDB_KILL_WORKER, "save", victim.path(), std::to_string(++seed),
                      std::to_string(1'000'000 * (i + 1)), step, i % 2 == 0 ? "before" : "after"});
      for (std::optional<std::string> line; (line = worker.read_line(seconds(20)));) {
        hear(victim.expected, *line);
      }
      ASSERT_EQ(worker.wait(), -1) << step << ": the worker ended by itself";
      const auto after = read_snapshot_info(snapshot_path(victim.path()));
      const bool is_new = after.origin.change > before.origin.change;
      const bool must_be_new = (step == "rename" && i % 2 == 1) || step == "sync_folder";
      EXPECT_EQ(is_new, must_be_new) << step << ", time " << i;
      renewed += is_new ? 1 : 0;
      int built = 0;
      ASSERT_EQ(victim.look(&built), "") << step << ", time " << i;
      rebuilt += static_cast<std::uint64_t>(built);
    }
  }
  EXPECT_EQ(rebuilt, 0U) << "there was neither the old index nor the new one";
  // Without a saved index one is built: the count above can be other than 0.
  Victim control;
  int built = 0;
  EXPECT_EQ(control.look(&built), "");
  EXPECT_GT(built, 0);
  if (HasFailure()) return;
  record({"F8", grouped(kills) + " kills at the 6 steps of saving the index",
          grouped(kills - renewed) + " left the old one, " + grouped(renewed) +
              " the new one, 0 neither, 0 lost",
          "without a saved index one is built: noticed"});
}

}  // namespace
}  // namespace simdb::test
