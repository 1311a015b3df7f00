// Image files that a store keeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/backup.h"
#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/file_sink.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::big_endian;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string key_of(const Sha256& digest) { return {digest.begin(), digest.end()}; }
std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::vector<std::byte> image(std::uint64_t number) {
  return test::item_with_image(number, "a").image;
}
Sha256 digest(std::uint64_t number) { return sha256(image(number)); }

class StoreImagesTest : public testing::Test {
 protected:
  // An item for each number, with the image of that number.
  std::vector<ItemId> put(const std::vector<std::uint64_t>& numbers, const std::string& class_name,
                          std::span<const ItemRecord> replaced = {}) {
    std::vector<NewItem> items;
    std::vector<ImageFile> images;
    items.reserve(numbers.size());
    for (const std::uint64_t number : numbers) {
      items.push_back(test::item_with_image(number, class_name));
      images.push_back({items.back().info.digest, items.back().image});
    }
    return store->put(items, test::random_embeddings(numbers.size(), 16, 1), replaced, {}, images);
  }
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    store.reset();
    store = Store::open(path, mode);
  }
  std::vector<std::string> problems() const {
    std::vector<std::string> all;
    for (const StoreProblem& problem : store->verify()) all.push_back(problem.what);
    return all;
  }
  std::uint64_t kept() const {
    std::uint64_t count = 0;
    store->for_each_image_size([&](const Sha256& of, std::uint64_t bytes) {
      EXPECT_EQ(store->image(of).size(), bytes);
      ++count;
    });
    return count;
  }
  // Files of the store that hold a piece of an image.
  std::vector<std::string> files_with(const std::vector<std::byte>& bytes) const {
    const std::string piece = text_of(bytes).substr(100, 200);
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      if (text.find(piece) != std::string::npos) names.push_back(entry.path().filename());
    }
    return names;
  }

  test::TemporaryFolder folder;
  const fs::path path = folder / "store";
  std::unique_ptr<Store> store = test::make_store(path);
};

TEST_F(StoreImagesTest, AnImageIsKeptOnceAndGoesWithItsLastItem) {
  EXPECT_EQ(store->image_size(digest(1)), 0U);
  const auto a = put({1, 2}, "a");
  const auto b = put({1, 1}, "b");
  for (const StoreMode mode : {StoreMode::kReadOnly, StoreMode::kReadWrite}) {
    reopen(mode);
    EXPECT_EQ(kept(), 2U);
    EXPECT_EQ(store->image(digest(1)), image(1));
    EXPECT_EQ(store->image_size(digest(2)), image(2).size());
    EXPECT_EQ(store->image(digest(3)), std::vector<std::byte>());
    EXPECT_THAT(problems(), IsEmpty());
  }
  store->update(a, {.class_name = "c", .key = std::nullopt});
  store->erase(std::vector{a[0], b[0]});
  EXPECT_EQ(store->image(digest(1)), image(1));
  store->erase(std::vector{b[1]});
  EXPECT_EQ(store->image(digest(1)), std::vector<std::byte>());
  EXPECT_EQ(kept(), 1U);
  EXPECT_THAT(problems(), IsEmpty());
  store->erase(a);
  EXPECT_EQ(kept(), 0U);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(StoreImagesTest, SeveralItemsOfOneImageGoInOneStep) {
  const auto ids = put({1, 1, 1, 2}, "a");
  store->erase(std::vector{ids[0], ids[1], ids[2]});
  EXPECT_EQ(kept(), 1U);
  EXPECT_EQ(store->image_size(digest(1)), 0U);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(StoreImagesTest, WhatTakesThePlaceOfAnItemMayHaveItsImage) {
  const auto ids = put({1, 2}, "a");
  reopen();
  const std::vector replaced{*store->get(ids[0]), *store->get(ids[1])};
  put({3, 1}, "b", replaced);
  EXPECT_EQ(store->image(digest(1)), image(1));
  EXPECT_EQ(store->image_size(digest(2)), 0U);
  EXPECT_EQ(store->image(digest(3)), image(3));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(StoreImagesTest, AnItemMayGetItsImageLater) {
  const NewItem item = test::item_with_image(1, "a");
  store->put(std::vector{item}, test::random_embeddings(1, 16, 1));
  EXPECT_EQ(kept(), 0U);
  store->put({}, EmbeddingBatch(16), {}, {}, std::vector<ImageFile>{{digest(1), item.image}});
  EXPECT_EQ(store->changes(), 2U);
  store->put({}, EmbeddingBatch(16), {}, {}, std::vector<ImageFile>{{digest(1), item.image}});
  EXPECT_EQ(store->changes(), 2U);
  EXPECT_EQ(kept(), 1U);
  store->erase(std::vector{ItemId{1}});
  EXPECT_EQ(kept(), 0U);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(StoreImagesTest, CompactingLeavesNoBytes) {
  const auto ids = put({1, 2}, "a");
  EXPECT_THAT(files_with(image(1)), testing::SizeIs(1));
  store->erase(std::vector{ids[0]});
  store->compact([] {});
  EXPECT_THAT(files_with(image(1)), IsEmpty());
  EXPECT_THAT(files_with(image(2)), testing::SizeIs(1));
  EXPECT_EQ(store->image(digest(2)), image(2));
}

// A reader beside a writer goes on with its own state, though the writer has merged its tables.
TEST_F(StoreImagesTest, AReaderKeepsItsImagesWhileTheWriterCompacts) {
  const auto ids = put({1, 2}, "a");
  reopen();
  const auto reader = Store::open(path, StoreMode::kReadOnly);
  store->erase(ids);
  store->compact([] {});
  EXPECT_EQ(reader->image(digest(1)), image(1));
  EXPECT_EQ(reader->image(digest(2)), image(2));
}

TEST_F(StoreImagesTest, ABackupHasThem) {
  put({1, 2}, "a");
  {
    AtomicFile output(folder / "backup");
    write_backup(*store, test::sink_of(output));
    output.commit();
  }
  store = restore_backup(folder / "backup", folder / "restored");
  EXPECT_EQ(kept(), 2U);
  EXPECT_EQ(store->image(digest(1)), image(1));
  EXPECT_THAT(problems(), IsEmpty());
  store->erase(std::vector{ItemId{1}});
  EXPECT_EQ(kept(), 1U);
}

TEST_F(StoreImagesTest, ContradictionsAreFoundAndRepaired) {
  put({1, 2, 3, 4}, "a");
  const std::string stray = key_of(digest(9));
  store.reset();
  {
    test::RawStore raw(path);
    raw.put("images", key_of(digest(1)), text_of(image(2)));  // another file
    raw.erase("images", key_of(digest(2)));
    raw.put("image_sizes", key_of(digest(3)), big_endian(1));
    raw.put("images", stray, text_of(image(9)));  // no item's
    raw.put("image_sizes", stray, big_endian(image(9).size()));
    raw.put("images", "short", "x");
  }
  reopen(StoreMode::kReadOnly);
  const auto found = problems();
  EXPECT_THAT(found, Contains("the image " + to_hex(digest(1)) + " is another file"));
  EXPECT_THAT(found, Contains("the image of item 2 is missing"));
  EXPECT_THAT(found, Contains(HasSubstr("the image " + to_hex(digest(3)) + " has ")));
  EXPECT_THAT(found, Contains("the image " + to_hex(digest(9)) + " is kept, but no item has it"));
  EXPECT_THAT(found, Contains("a key among the images has a wrong length"));
  store.reset();
  const StoreRepair repair = Store::repair(path);
  EXPECT_THAT(repair.lost,
              testing::UnorderedElementsAre("the image of item 1", "the image of item 2"));
  EXPECT_THAT(repair.repaired, Contains(HasSubstr("'image_sizes'")));
  reopen();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(kept(), 2U);
  EXPECT_EQ(store->image(digest(4)), image(4));
}

TEST_F(StoreImagesTest, OfADamagedTableRepairKeepsWhatCanBeRead) {
  constexpr std::uint64_t kImages = 40;
  std::vector<std::uint64_t> numbers(kImages);
  for (std::uint64_t i = 0; i < kImages; ++i) numbers[i] = 7 * i + 6;  // the largest ones
  put(numbers, "a");
  store.reset();
  const fs::path table = test::table_of(path, "images");
  {
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(table) / 2));
    file << "damaged";
  }
  reopen(StoreMode::kReadOnly);
  EXPECT_FALSE(problems().empty());
  store.reset();
  const StoreRepair repair = Store::repair(path);
  EXPECT_THAT(repair.lost, Contains(HasSubstr("'images' can't be derived")));
  EXPECT_THAT(repair.lost, Contains(HasSubstr("the image of item ")));
  reopen();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(store->size(), kImages);
  EXPECT_EQ(kept(), kImages + 1 - repair.lost.size());
  EXPECT_GT(kept(), kImages / 2);
}

// The list of sizes follows from the images.
TEST_F(StoreImagesTest, ADamagedListOfSizesIsMadeAnew) {
  put({1, 2, 3}, "a");
  store.reset();
  {
    const fs::path table = test::table_of(path, "image_sizes");
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8);
    file << "damaged";
  }
  const StoreRepair repair = Store::repair(path);
  EXPECT_THAT(repair.lost, IsEmpty());
  reopen();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(kept(), 3U);
}

}  // namespace
}  // namespace simdb
