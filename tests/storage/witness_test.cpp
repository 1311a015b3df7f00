#include <gtest/gtest.h>

#include <fstream>

#include "storage/key_schema_internal.h"
#include "storage/store.h"
#include "storage/witness_internal.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

const std::string kId(32, 'a');

void cut(const fs::path& path, std::uintmax_t size) { fs::resize_file(path, size); }

TEST(WitnessTest, SaysWhatWasNotedLast) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(Witness::read(folder.path()));
  const Witness witness(folder.path(), kId);
  EXPECT_FALSE(Witness::read(folder.path()));
  for (const std::uint64_t changes : {1UL, 7UL, ~0UL}) {
    witness.note(changes, changes + 1);
    const auto said = Witness::read(folder.path());
    ASSERT_TRUE(said);
    EXPECT_EQ(said->changes, changes);
    EXPECT_EQ(said->mark, changes + 1);
    EXPECT_EQ(said->store_id, kId);
  }
}

TEST(WitnessTest, ADamagedOneSaysNothing) {
  const test::TemporaryFolder folder;
  Witness(folder.path(), kId).note(5, 1);
  const fs::path file = folder / kWitnessFile;
  ASSERT_EQ(fs::file_size(file), 72U);
  for (std::streamoff at = 0; at < 72; ++at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(at);
    const auto byte = static_cast<char>(bytes.get());
    bytes.seekp(at).put(static_cast<char>(byte ^ 4)).flush();
    EXPECT_FALSE(Witness::read(folder.path())) << at;
    bytes.seekp(at).put(byte);
  }
  EXPECT_TRUE(Witness::read(folder.path()));
  cut(file, 71);
  EXPECT_FALSE(Witness::read(folder.path()));
}

TEST(WitnessTest, AFolderThatTakesNoFileIsNoError) {
  const Witness witness("/nonexistent", kId);
  witness.note(1, 1);
  EXPECT_FALSE(Witness::read("/nonexistent"));
}

// RocksDB takes a log that ends early for one whose end was never written.
TEST(WitnessTest, ALogCutShortIsNoticed) {
  const test::TemporaryFolder folder;
  {
    const auto store = test::make_store(folder / "live");
    for (std::uint64_t number = 1; number <= 5; ++number) {
      test::put_numbered(*store, number, 1, "cat");
    }
    fs::copy(folder / "live", folder / "unclean");
  }
  for (const auto& entry : fs::directory_iterator(folder / "unclean")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) {
      cut(entry.path(), entry.file_size() - 1);
    }
  }
  for (const StoreMode mode : {StoreMode::kReadOnly, StoreMode::kReadWrite}) {
    const Error error = test::error_of([&] { Store::open(folder / "unclean", mode); });
    EXPECT_EQ(error.code(), ErrorCode::kCorruption);
    EXPECT_NE(std::string(error.what()).find("acknowledged 5, but its files hold 4"),
              std::string::npos)
        << error.what();
  }
  fs::remove(folder / "unclean" / kWitnessFile);
  EXPECT_EQ(Store::open(folder / "unclean", StoreMode::kReadOnly)->size(), 4U);
}

TEST(WitnessTest, AForeignLogIsNoticed) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    const auto store = test::make_store(folder / name);
    test::put_numbered(*store, 1, 3, name);
    fs::copy(folder / name, folder / (std::string("unclean ") + name));
  }
  int logs = 0;
  for (const auto& entry : fs::directory_iterator(folder / "unclean a")) {
    if (entry.path().extension() != ".log" || entry.file_size() == 0) continue;
    ++logs;
    fs::copy_file(folder / "unclean b" / entry.path().filename(), entry.path(),
                  fs::copy_options::overwrite_existing);
  }
  ASSERT_GT(logs, 0);
  for (const StoreMode mode : {StoreMode::kReadOnly, StoreMode::kReadWrite}) {
    EXPECT_EQ(test::code_of([&] { Store::open(folder / "unclean a", mode); }),
              ErrorCode::kCorruption);
  }
}

TEST(WitnessTest, AnotherStoresWitnessIsRefused) {
  const test::TemporaryFolder folder;
  test::make_store(folder / "store").reset();
  Witness(folder / "store", kId).note(9, 1);
  EXPECT_EQ(test::code_of([&] { Store::open(folder / "store", StoreMode::kReadWrite); }),
            ErrorCode::kCorruption);
}

}  // namespace
}  // namespace simdb
