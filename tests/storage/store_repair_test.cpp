// What can be derived is derived, what can't is named, and a sound store is left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::big_endian;
using testing::HasSubstr;

constexpr std::uint64_t kItems = 12;

std::map<std::string, std::string> bytes_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename()] =
        std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

class StoreRepairTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto store = test::make_store(path);
    test::put_numbered(*store, 1, kItems, "cat");
    test::put_numbered(*store, 1 + kItems, 1, "dog");
    store->erase(std::vector{ItemId{1 + kItems}});
  }

  std::vector<std::string> problems() const {
    std::vector<std::string> all;
    try {
      for (const StoreProblem& problem : Store::open(path, StoreMode::kReadOnly)->verify()) {
        all.push_back(problem.what);
      }
    } catch (const Error& error) {
      all.emplace_back(error.what());
    }
    return all;
  }

  void expect_all_items() const {
    const auto store = Store::open(path, StoreMode::kReadWrite);
    EXPECT_EQ(store->size(), kItems);
    for (std::uint64_t number = 1; number <= kItems; ++number) {
      EXPECT_EQ(test::difference(*store, ItemId{number}, number), "");
    }
    test::put_numbered(*store, 100, 1, "bird");
    EXPECT_TRUE(store->verify().empty());
  }

  // The table that holds a family of the closed store.
  fs::path table_of(const std::string& family) const { return test::table_of(path, family); }

  test::TemporaryFolder folder;
  const fs::path path = folder / "store";
};

TEST_F(StoreRepairTest, ASoundStoreIsLeftAlone) {
  const StoreRepair repair = Store::repair(path);
  EXPECT_TRUE(repair.repaired.empty()) << repair.repaired.front();
  EXPECT_TRUE(repair.lost.empty()) << repair.lost.front();
  expect_all_items();
}

TEST_F(StoreRepairTest, ListsAndCountersFollowFromTheItems) {
  {
    test::RawStore raw(path);
    raw.put("by_class", std::string("x\0", 2) + big_endian(2), "");
    raw.erase("by_class", std::string("cat\0", 4) + big_endian(3));
    raw.put("by_hash", std::string(32, 'x') + big_endian(2), "");
    raw.put("classes", "cat", big_endian(99));
    raw.put("classes", "dog", big_endian(1));
    raw.put("meta", "items", big_endian(4));
    raw.put("meta", "next_id", big_endian(3));
  }
  ASSERT_GE(problems().size(), 5U);
  const StoreRepair repair = Store::repair(path);
  EXPECT_EQ(repair.repaired.size(), 6U);  // next_id costs the history too
  EXPECT_TRUE(repair.lost.empty()) << repair.lost.front();
  EXPECT_TRUE(problems().empty()) << problems().front();
  expect_all_items();
}

TEST_F(StoreRepairTest, ADamagedHistoryIsForgotten) {
  for (const bool tombstone : {true, false}) {
    if (tombstone) {
      test::RawStore(path).erase("tombstones", big_endian(3) + big_endian(13));
    } else {
      test::RawStore(path).erase("sessions", big_endian(3));
    }
    ASSERT_FALSE(problems().empty());
    const StoreRepair repair = Store::repair(path);
    EXPECT_EQ(repair.repaired.size(), 1U);
    EXPECT_TRUE(repair.lost.empty()) << repair.lost.front();
    EXPECT_TRUE(problems().empty()) << problems().front();
    const auto store = Store::open(path, StoreMode::kReadOnly);
    EXPECT_FALSE(store->erased_since(0));
    EXPECT_TRUE(store->mark_of(store->changes()));
  }
  expect_all_items();
}

TEST_F(StoreRepairTest, DamagedTablesOfListsAreMadeAnew) {
  for (const char* family : {"by_class", "by_hash", "classes", "sessions", "tombstones"}) {
    SCOPED_TRACE(family);
    const fs::path table = table_of(family);
    {
      std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(3).put('!').put('!').put('!');
    }
    const StoreRepair repair = Store::repair(path);
    ASSERT_FALSE(repair.repaired.empty());
    EXPECT_THAT(repair.repaired.front(), HasSubstr(table.filename().string()));
    EXPECT_TRUE(repair.lost.empty()) << repair.lost.front();
    EXPECT_TRUE(problems().empty()) << problems().front();
  }
  expect_all_items();
}

TEST_F(StoreRepairTest, DamagedItemsAndEmbeddingsAreNamedAndKept) {
  for (const char* family : {"items", "vectors", "thumbnails"}) {
    SCOPED_TRACE(family);
    const fs::path table = table_of(family);
    const auto sound = bytes_of(path)[table.filename()];
    {
      std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(3).put('!').put('!').put('!');
    }
    const StoreRepair repair = Store::repair(path);
    ASSERT_FALSE(repair.lost.empty());
    EXPECT_THAT(repair.lost.front(), HasSubstr(table.filename().string()));
    EXPECT_FALSE(problems().empty());
    std::ofstream(table, std::ios::binary) << sound;
  }
  expect_all_items();
}

TEST_F(StoreRepairTest, CurrentFollowsFromTheManifest) {
  fs::remove(path / "CURRENT");
  EXPECT_EQ(Store::repair(path).repaired.size(), 1U);
  std::ofstream(path / "CURRENT") << "MANIFEST-999999\n";
  EXPECT_EQ(Store::repair(path).repaired.size(), 1U);
  expect_all_items();
}

class StoreLogRepairTest : public StoreRepairTest {
 protected:
  // A store as a kill leaves it, with three changes in its log.
  fs::path log() {
    {
      const auto store = Store::open(path, StoreMode::kReadWrite);
      for (const std::uint64_t number : {21U, 22U, 23U}) {
        test::put_numbered(*store, number, 1, "cow");
      }
      fs::copy(path, folder / "unclean");
    }
    fs::remove_all(path);
    fs::rename(folder / "unclean", path);
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) newest = entry.path();
    }
    return newest;
  }
};

TEST_F(StoreLogRepairTest, ADamagedLogIsReadUpToThere) {
  const fs::path file = log();
  std::string bytes = bytes_of(path)[file.filename()];
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_EQ(test::code_of([&] { Store::open(path, StoreMode::kReadWrite); }),
            ErrorCode::kCorruption);

  const StoreRepair repair = Store::repair(path);
  ASSERT_EQ(repair.repaired.size(), 1U);
  EXPECT_THAT(repair.repaired.front(), HasSubstr(path.string() + ".damaged-logs"));
  EXPECT_EQ(bytes_of(path.string() + ".damaged-logs")[file.filename()], bytes);
  ASSERT_EQ(repair.lost.size(), 1U);
  EXPECT_EQ(repair.lost.front(), "changes 5 to 6, which were acknowledged");
  EXPECT_TRUE(problems().empty()) << problems().front();
  EXPECT_EQ(Store::open(path, StoreMode::kReadWrite)->size(), kItems + 1);
}

TEST_F(StoreLogRepairTest, ALogCutShortIsCounted) {
  const fs::path file = log();
  fs::resize_file(file, fs::file_size(file) - 1);
  EXPECT_EQ(test::code_of([&] { Store::open(path, StoreMode::kReadWrite); }),
            ErrorCode::kCorruption);
  const StoreRepair repair = Store::repair(path);
  ASSERT_EQ(repair.lost.size(), 1U);
  EXPECT_EQ(repair.lost.front(), "changes 6 to 6, which were acknowledged");
  EXPECT_EQ(Store::open(path, StoreMode::kReadWrite)->size(), kItems + 2);
}

TEST_F(StoreRepairTest, WhatCannotBeOpenedEvenSoIsAnError) {
  EXPECT_EQ(test::code_of([&] { Store::repair(folder / "absent"); }), ErrorCode::kNotFound);
  fs::remove(table_of("items"));
  EXPECT_EQ(test::code_of([&] { Store::repair(path); }), ErrorCode::kCorruption);
}

TEST_F(StoreRepairTest, AStoreInUseOrOfANewerSimdbIsLeftAlone) {
  {
    const auto store = Store::open(path, StoreMode::kReadWrite);
    EXPECT_EQ(test::code_of([&] { Store::repair(path); }), ErrorCode::kBusy);
  }
  test::RawStore(path).put("meta", "format_version", big_endian(4));
  const auto before = bytes_of(path);
  EXPECT_EQ(test::code_of([&] { Store::repair(path); }), ErrorCode::kBadInput);
  EXPECT_EQ(bytes_of(path), before);
}

}  // namespace
}  // namespace simdb
