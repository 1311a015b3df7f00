#include "storage/backup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/storage/raw_store.h"
#include "tests/support/errors.h"
#include "tests/support/file_sink.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

using Entries = std::vector<std::string>;

Entries entries_of(const Store& store) {
  Entries entries;
  store.for_each_entry([&](std::string_view family, std::string_view key, std::string_view value) {
    entries.push_back(std::string(family) + "|" + std::string(key) + "|" + std::string(value));
  });
  return entries;
}

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    store = test::make_store(folder / "store");
    test::put_numbered(*store, 1, 30, "cat");
    test::put_numbered(*store, 31, 5, "dog");
    store->erase(std::vector{ItemId{3}, ItemId{31}});
  }

  fs::path back_up() const {
    AtomicFile output(folder / "backup");
    EXPECT_EQ(write_backup(*store, test::sink_of(output)), 33U);
    output.commit();
    return folder / "backup";
  }
  std::string bytes() const {
    std::ifstream file(folder / "backup", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  ErrorCode restoring(const std::string& text) const {
    std::ofstream(folder / "changed", std::ios::binary) << text;
    const ErrorCode code =
        test::code_of([&] { restore_backup(folder / "changed", folder / "restored"); });
    EXPECT_FALSE(fs::exists(folder / "restored"));
    return code;
  }

  test::TemporaryFolder folder;
  std::unique_ptr<Store> store;
};

TEST_F(BackupTest, RefusesAStoreWithAnotherEncoder) {
  const std::string fingerprint = store->encoder_fingerprint();
  store.reset();
  test::RawStore(folder / "store").put("models", fingerprint, "another encoder");
  store = Store::open(folder / "store", StoreMode::kReadOnly);
  AtomicFile output(folder / "backup");
  const Error error = test::error_of([&] { write_backup(*store, test::sink_of(output)); });
  EXPECT_EQ(error.code(), ErrorCode::kCorruption);
  EXPECT_NE(std::string(error.what()).find(fingerprint), std::string::npos) << error.what();
}

TEST_F(BackupTest, HoldsEverything) {
  const auto restored = restore_backup(back_up(), folder / "restored");
  EXPECT_EQ(entries_of(*restored), entries_of(*store));
  EXPECT_EQ(restored->id(), store->id());
  EXPECT_EQ(restored->encoder_model(), store->encoder_model());
  EXPECT_TRUE(restored->verify().empty());
  EXPECT_EQ(test::difference(*restored, ItemId{7}, 7), "");
  EXPECT_EQ(test::put_numbered(*restored, 90, 1, "cat").front(), ItemId{36});
}

TEST_F(BackupTest, OneOfAReaderIsTheSame) {
  back_up();
  const std::string of_the_writer = bytes();
  store.reset();
  store = Store::open(folder / "store", StoreMode::kReadOnly);
  back_up();
  EXPECT_EQ(bytes(), of_the_writer);
}

TEST_F(BackupTest, ItIsOneState) {
  std::size_t items = 0;
  store->for_each_entry([&](std::string_view family, std::string_view, std::string_view) {
    if (family == "meta") test::put_numbered(*store, 1000, 1, "late");
    items += family == "items" ? 1 : 0;
  });
  EXPECT_EQ(items, 33U);
  EXPECT_GT(store->size(), 33U);
}

TEST_F(BackupTest, EveryDamagedByteIsNoticed) {
  back_up();
  const std::string sound = bytes();
  for (std::size_t at = 0; at < sound.size(); at += at < 400 ? 1 : 97) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const ErrorCode code = restoring(damaged);
    EXPECT_EQ(code, at < 16 ? ErrorCode::kBadInput : ErrorCode::kCorruption) << at;
    const ErrorCode cut = restoring(sound.substr(0, at));
    EXPECT_EQ(cut, at < 8 ? ErrorCode::kBadInput : ErrorCode::kCorruption) << at;
  }
  EXPECT_EQ(restoring(sound + "x"), ErrorCode::kCorruption);
}

TEST_F(BackupTest, ItCanBeStopped) {
  struct Stop {};
  back_up();
  const std::string before = bytes();
  for (const int entries : {0, 1, 40}) {
    const auto stop_after = [&](int& left) {
      return [&left] {
        if (left-- == 0) throw Stop();
      };
    };
    int left = entries;
    EXPECT_THROW(
        {
          AtomicFile output(folder / "backup");
          write_backup(*store, test::sink_of(output), stop_after(left));
        },
        Stop);
    EXPECT_EQ(bytes(), before);
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
    }
    left = entries;
    EXPECT_THROW(restore_backup(folder / "backup", folder / "restored", stop_after(left)), Stop);
    EXPECT_FALSE(fs::exists(folder / "restored")) << "it is read as a whole first";
  }
}

TEST_F(BackupTest, EntriesOutOfOrderMakeNoStore) {
  std::vector<StoreEntry> entries;
  store->for_each_entry([&](std::string_view family, std::string_view key, std::string_view value) {
    entries.push_back({std::string(family), std::string(key), std::string(value)});
  });
  const auto create = [&](const std::string& name) {
    return Store::create_from(folder / name, [&, at = std::size_t{0}](StoreEntry& entry) mutable {
      if (at == entries.size()) return false;
      entry = entries[at++];
      return true;
    });
  };
  EXPECT_EQ(entries_of(*create("sound")), entries_of(*store));
  std::swap(entries[entries.size() - 2], entries.back());
  EXPECT_EQ(test::code_of([&] { create("swapped"); }), ErrorCode::kCorruption);
  EXPECT_EQ(test::code_of([&] { Store::open(folder / "swapped", StoreMode::kReadOnly); }),
            ErrorCode::kCorruption);
  std::swap(entries.front(), entries.back());
  EXPECT_EQ(test::code_of([&] { create("families swapped"); }), ErrorCode::kCorruption);
}

TEST_F(BackupTest, WhatIsThereIsNotOverwritten) {
  back_up();
  EXPECT_EQ(test::code_of([&] { restore_backup(folder / "backup", folder / "store"); }),
            ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { restore_backup(folder / "absent", folder / "new"); }),
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace simdb
