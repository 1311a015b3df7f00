// Power losses on a disk whose cache forgets: what was acknowledged is there when the power is
// back, and what was not is there as a whole or not at all.
#include <gtest/gtest.h>

#include "simdb/error.h"
#include "tests/faults/faulty_gallery.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

constexpr std::uint64_t kCyclesOfOneDatabase = 50;
constexpr std::uint64_t kToOpen = 200;   // operations, and some changes
constexpr std::uint64_t kToWrite = 100;  // the same without reads

struct Report {
  std::uint64_t cycles = 0;
  std::uint64_t in_a_change = 0;  // the power failed while something was being written
  std::uint64_t acknowledged = 0;
  std::uint64_t wrong_cycles = 0;
  std::string first_wrong;
};

// Works until the power fails at a random operation behind the first `spared`.
void work_until_power_fails(FaultyGallery& database, GalleryWork& work, Expected& expected,
                            std::uint64_t spared) {
  database.disk.power_off_at(1 + spared + work.random()() % 380);
  try {
    database.open();
    while (true) work.step(*database.gallery, expected);
  } catch (const Error&) {
    EXPECT_TRUE(database.disk.is_off()) << "an error while the power was on";
  }
  database.close();
}

std::string look(FaultyGallery& database, Expected& expected) {
  try {
    database.open();
    return check(*database.gallery, expected);
  } catch (const Error& error) {
    return error.what();
  }
}

Report lose_power(std::uint64_t cycles, std::uint64_t seed, Tail tail, bool lying_disk) {
  Report report;
  std::unique_ptr<FaultyGallery> database;
  GalleryWork work(seed);
  Expected expected;
  bool sound = false;
  for (; report.cycles < cycles; ++report.cycles) {
    if (!sound || lying_disk || report.cycles % kCyclesOfOneDatabase == 0) {
      report.acknowledged += expected.acknowledged;
      database.reset();
      database = std::make_unique<FaultyGallery>(seed + report.cycles);
      expected = {};
      database->create();
      database->close();
    }
    database->disk.lie_about_syncs(lying_disk);
    // A lie costs nothing where nothing was promised yet.
    work_until_power_fails(*database, work, expected, lying_disk ? kToOpen : 0);
    report.in_a_change += expected.in_a_change() ? 1 : 0;
    database->disk.lie_about_syncs(false);
    database->disk.power_on(tail);
    const std::string wrong = look(*database, expected);
    database->close();
    sound = wrong.empty();
    if (!sound && report.wrong_cycles++ == 0) {
      report.first_wrong = "cycle " + std::to_string(report.cycles) + ": " + wrong;
    }
  }
  report.acknowledged += expected.acknowledged;
  return report;
}

struct TornReport {
  std::uint64_t cycles = 0;
  std::uint64_t opened = 0;
  std::uint64_t repaired = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t wrong = 0;
  std::string first_wrong;
};

// What a torn end of the log leads to: it opens, or says that it wants a repair, which loses
// nothing that was acknowledged.
TornReport tear(std::uint64_t cycles, std::uint64_t seed, Tail tail, bool lying_disk) {
  TornReport report;
  for (; report.cycles < cycles; ++report.cycles) {
    FaultyGallery database(seed + report.cycles);
    database.disk.count_reads(false);
    GalleryWork work(seed + report.cycles);
    Expected expected;
    database.create();
    work.step(*database.gallery, expected, Step::kAddBatch);
    database.close();
    database.disk.lie_about_syncs(lying_disk);
    work_until_power_fails(database, work, expected, kToWrite);  // in the middle of changes
    database.disk.lie_about_syncs(false);
    database.disk.power_on(tail);
    std::string wrong;
    try {
      try {
        database.open();
        ++report.opened;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::kCorruption) throw;
        const StoreRepair repair = database.repair();
        if (!repair.lost.empty()) wrong = "repair says it lost " + repair.lost.front();
        database.open();
        ++report.repaired;
      }
      const std::string difference = check(*database.gallery, expected);
      if (wrong.empty()) wrong = difference;
      if (wrong.empty()) work.step(*database.gallery, expected, Step::kAdd);
    } catch (const Error& error) {
      wrong = error.what();
    }
    if (!wrong.empty() && report.wrong++ == 0) {
      report.first_wrong = "seed " + std::to_string(seed + report.cycles) + ": " + wrong;
    }
    report.acknowledged += expected.acknowledged;
  }
  return report;
}

TEST(PowerLossTest, ATornLogOpensOrIsRepaired) {
  const std::uint64_t cycles = amount(20, 80, 200);
  std::uint64_t acknowledged = 0;
  std::uint64_t opened = 0;
  std::uint64_t repaired = 0;
  std::uint64_t seed = fault_run().seed;
  for (const Tail tail : {Tail::kPrefix, Tail::kPrefixZeros, Tail::kPrefixDamaged}) {
    const TornReport report = tear(cycles, seed += 10'000, tail, false);
    EXPECT_EQ(report.wrong, 0U) << report.first_wrong;
    acknowledged += report.acknowledged;
    opened += report.opened;
    repaired += report.repaired;
  }
  EXPECT_GT(repaired, 0U) << "no tail was torn so that it mattered";
  const TornReport lied = tear(amount(10, 20, 100), seed + 10'000, Tail::kPrefixDamaged, true);
  EXPECT_GE(lied.wrong * 10, lied.cycles * 9) << "a loss would not be noticed";
  if (HasFailure()) return;
  record({"F3", grouped(3 * cycles) + " torn tails",
          grouped(opened) + " opened, " + grouped(repaired) + " repaired, " +
              grouped(acknowledged) + " acknowledged changes, 0 lost",
          "on a disk that does not sync: lost in " + grouped(lied.wrong) + " of " +
              grouped(lied.cycles)});
}

TEST(PowerLossTest, NothingAcknowledgedIsLost) {
  const std::uint64_t seed = fault_run().seed;
  const std::uint64_t cycles = amount(60, 300, 1000);
  const Report half = lose_power(cycles / 2, seed, Tail::kNothing, false);
  EXPECT_EQ(half.wrong_cycles, 0U) << half.first_wrong;
  const Report rest = lose_power(cycles - cycles / 2, seed + 1, Tail::kPrefix, false);
  EXPECT_EQ(rest.wrong_cycles, 0U) << rest.first_wrong;
  // About a fifth of them; of few cycles chance makes less.
  EXPECT_GT((half.in_a_change + rest.in_a_change) * amount(20, 8, 8), cycles)
      << "the power failed too late";

  const std::uint64_t controls = amount(20, 40, 300);
  const Report lied = lose_power(controls, seed + 2, Tail::kNothing, true);
  EXPECT_GE(lied.wrong_cycles * 10, lied.cycles * 9) << "a loss would not be noticed";
  if (HasFailure()) return;
  record({"F2", grouped(cycles) + " power losses",
          grouped(half.acknowledged + rest.acknowledged) + " acknowledged changes, 0 lost",
          "on a disk that does not sync: lost in " + grouped(lied.wrong_cycles) + " of " +
              grouped(lied.cycles)});
}

}  // namespace
}  // namespace simdb::test
