// What the disk may do to the files: every flipped bit must lead to an error or to complete, true
// answers. Losing a record without a word is the failure these tests look for.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "storage/store.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kItems = 200;

// RocksDB parses the end of a table's properties before it compares their checksum. In Debian's
// build, whose asserts are live, one flipped bit there ends the process: noticed, but not by an
// error that a test could catch. It lies within this many bytes of the end.
constexpr std::uint64_t kParsedUnchecked = 256;

void flip_bit(const fs::path& path, std::uint64_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const auto byte = static_cast<char>(file.get() ^ (1 << (bit % 8)));
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(byte);
}

std::vector<fs::path> files_of(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension && entry.file_size() > 0) {
      files.push_back(entry.path().filename());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

enum class Outcome { kError, kReported, kComplete, kSilentLoss };

// Opens and reads everything that a user could.
Outcome outcome_of(const fs::path& path, StoreMode mode) {
  try {
    const auto store = Store::open(path, mode);
    bool complete = store->size() == kItems;
    std::uint64_t items = 0;
    store->for_each_item([&](const ItemRecord&) { return ++items, true; });
    std::uint64_t embeddings = 0;
    store->for_each_embedding([&](ItemId, std::span<const float>) { return ++embeddings, true; });
    complete = complete && items == kItems && embeddings == kItems;
    for (std::uint64_t number = 1; number <= kItems; ++number) {
      complete = complete && test::difference(*store, ItemId{number}, number).empty();
    }
    if (!store->verify().empty()) return Outcome::kReported;
    return complete ? Outcome::kComplete : Outcome::kSilentLoss;
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kIo)
        << error.what();
    return Outcome::kError;
  }
}

class StoreDamageTest : public testing::TestWithParam<StoreMode> {
 protected:
  fs::path make_golden(bool clean) {
    const auto store = test::make_store(folder / "live");
    for (std::uint64_t number = 1; number <= kItems; number += 10) {
      test::put_numbered(*store, number, 10, "cat");
    }
    if (!clean) fs::copy(folder / "live", folder / "unclean");
    return folder / (clean ? "live" : "unclean");
  }

  // Flips `flips` random bits, one at a time, in the files with `extension`.
  std::map<Outcome, int> flip_and_look(const fs::path& golden, const std::string& extension,
                                       int flips) {
    std::mt19937_64 random(testing::UnitTest::GetInstance()->random_seed() + 1);
    const auto files = files_of(golden, extension);
    EXPECT_FALSE(files.empty());
    std::map<Outcome, int> outcomes;
    for (int i = 0; i < flips && !files.empty(); ++i) {
      const fs::path damaged = folder / "damaged";
      fs::copy(golden, damaged);
      const fs::path file = damaged / files[static_cast<std::size_t>(i) % files.size()];
      const std::uint64_t tail = extension == ".sst" ? kParsedUnchecked : 0;
      const std::uint64_t bit = random() % (8 * (fs::file_size(file) - tail));
      flip_bit(file, bit);
      const Outcome outcome = outcome_of(damaged, GetParam());
      EXPECT_NE(outcome, Outcome::kSilentLoss) << file << ", bit " << bit;
      ++outcomes[outcome];
      fs::remove_all(damaged);
    }
    return outcomes;
  }

  test::TemporaryFolder folder;
};
INSTANTIATE_TEST_SUITE_P(Modes, StoreDamageTest,
                         testing::Values(StoreMode::kReadWrite, StoreMode::kReadOnly),
                         [](const auto& mode) {
                           return mode.param == StoreMode::kReadWrite ? "Writer" : "Reader";
                         });

TEST_P(StoreDamageTest, AnUndamagedStoreIsComplete) {
  EXPECT_EQ(outcome_of(make_golden(false), GetParam()), Outcome::kComplete);
  EXPECT_EQ(outcome_of(folder / "live", GetParam()), Outcome::kComplete);
}

TEST_P(StoreDamageTest, ABitFlippedInATableIsNoticed) {
  auto outcomes = flip_and_look(make_golden(true), ".sst", 40);
  EXPECT_EQ(outcomes[Outcome::kComplete], 0);  // each file has a checksum over all its bytes
}

TEST_P(StoreDamageTest, ABitFlippedInTheLogIsNoticed) {
  auto outcomes = flip_and_look(make_golden(false), ".log", 40);
  EXPECT_EQ(outcomes[Outcome::kComplete], 0);
}

TEST_P(StoreDamageTest, AMissingTableIsNoticed) {
  const fs::path golden = make_golden(true);
  for (const fs::path& file : files_of(golden, ".sst")) {
    const fs::path damaged = folder / "damaged";
    fs::copy(golden, damaged);
    fs::remove(damaged / file);
    const Outcome outcome = outcome_of(damaged, GetParam());
    EXPECT_TRUE(outcome == Outcome::kError || outcome == Outcome::kReported) << file;
    fs::remove_all(damaged);
  }
}

TEST_P(StoreDamageTest, ATornLastRecordIsNotAnAcknowledgedOne) {
  const fs::path golden = make_golden(false);
  const auto logs = files_of(golden, ".log");
  ASSERT_FALSE(logs.empty());
  {
    const auto store = Store::open(folder / "live", StoreMode::kReadWrite);  // clean, for its size
    ASSERT_EQ(store->size(), kItems);
  }
  // A power loss in the middle of a batch leaves a part of it: here, half of the last one.
  fs::resize_file(golden / logs.back(), fs::file_size(golden / logs.back()) - 500);
  fs::remove(golden / "WITNESS");  // it was not told of a change that was not acknowledged
  const auto store = Store::open(golden, GetParam());
  EXPECT_EQ(store->size(), kItems - 10);
  EXPECT_TRUE(store->verify().empty());
}

}  // namespace
}  // namespace simdb
