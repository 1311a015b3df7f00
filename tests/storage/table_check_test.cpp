// One bit of a table that RocksDB uses before it has compared a checksum.
#include <gtest/gtest.h>

#include <fstream>

#include "storage/rocksdb_table_check_internal.h"
#include "storage/store.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

class TableCheckTest : public testing::Test {
 protected:
  TableCheckTest() {
    auto made = test::make_store(store);
    test::put_numbered(*made, 1, 20, "cat");
    made.reset();
    for (const auto& entry : fs::directory_iterator(store)) {
      if (entry.path().extension() == ".sst") tables.push_back(entry.path());
    }
  }

  // Returns the byte as it was.
  static char flip(const fs::path& table, std::uint64_t at) {
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ '\x80'));
    return byte;
  }

  const test::TemporaryFolder folder;
  const fs::path store = folder / "store";
  std::vector<fs::path> tables;
};

TEST_F(TableCheckTest, EveryTableHasTheBitAndItIsRefusedWhenFlipped) {
  ASSERT_GE(tables.size(), 5U);
  for (const fs::path& table : tables) {
    const auto at = hash_index_mark(table);
    ASSERT_TRUE(at) << table;
    EXPECT_EQ(flip(table, *at), 0) << table;
    // Without the check these end the process, where RocksDB was built with assertions.
    for (const StoreMode mode : {StoreMode::kReadOnly, StoreMode::kReadWrite}) {
      const Error error = test::error_of([&] { Store::open(store, mode); });
      EXPECT_EQ(error.code(), ErrorCode::kCorruption);
      EXPECT_NE(std::string(error.what()).find(table.filename().string()), std::string::npos)
          << error.what();
    }
    flip(table, *at);
    EXPECT_NO_THROW(Store::open(store, StoreMode::kReadOnly));
  }
}

TEST_F(TableCheckTest, WhatIsNoWholeTableIsLeftToRocksDB) {
  const fs::path table = tables.front();
  const std::uint64_t size = fs::file_size(table);
  for (const std::uint64_t cut : {size - 1, size / 2, std::uint64_t{53}, std::uint64_t{0}}) {
    fs::resize_file(table, cut);
    EXPECT_FALSE(hash_index_mark(table));
    EXPECT_NO_THROW(require_openable_tables(store));
  }
  EXPECT_FALSE(hash_index_mark(store / "nothing.sst"));
  // Bytes of every kind at the end, where handles and lengths are.
  for (int byte = 0; byte < 256; ++byte) {
    std::ofstream(table, std::ios::binary)
        << std::string(200, static_cast<char>(byte)) << "\xf7\xcf\xf4\x85\xb7\x41\xe2\x88";
    EXPECT_NO_THROW(hash_index_mark(table));
  }
}

}  // namespace
}  // namespace simdb
