#include "simdb/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RepairTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(path);
    test::make_store(store_path(path)).reset();
    add(1, 50);
  }

  std::unique_ptr<EmbeddedGallery> open(StoreMode mode = StoreMode::kReadWrite) const {
    return std::make_unique<EmbeddedGallery>(Store::open(store_path(path), mode), path);
  }
  void add(std::uint64_t first, std::size_t count) const {
    std::vector<NewItem> items;
    EmbeddingBatch embeddings(16);
    for (std::uint64_t number = first; number < first + count; ++number) {
      items.push_back(test::numbered_item(number, "cat"));
      embeddings.append(test::random_embeddings(1, 16, number));
    }
    open()->add(items, embeddings);
  }

  test::TemporaryFolder folder;
  const fs::path path = folder / "db";
};

TEST_F(RepairTest, ASoundDatabaseIsLeftAlone) {
  open()->reindex();
  const RepairReport report = repair_database(path);
  EXPECT_EQ(report.items, 50U);
  EXPECT_THAT(report.repaired, IsEmpty());
  EXPECT_THAT(report.lost, IsEmpty());
  EXPECT_THAT(report.problems, IsEmpty());
}

TEST_F(RepairTest, ADamagedIndexIsMadeAnew) {
  open()->reindex();
  std::ofstream(snapshot_path(path), std::ios::in | std::ios::out).seekp(3000).put('!').put('?');
  EXPECT_FALSE(open()->verify().empty());
  const RepairReport report = repair_database(path);
  ASSERT_EQ(report.repaired.size(), 1U);
  EXPECT_THAT(report.repaired[0], HasSubstr("index.snapshot: rebuilt"));
  EXPECT_THAT(report.lost, IsEmpty());
  EXPECT_THAT(report.problems, IsEmpty());
}

TEST_F(RepairTest, TheSavedIndexTellsWhichItemsAreLost) {
  fs::copy(path, folder / "older", fs::copy_options::recursive);
  add(100, 3);
  open()->remove(std::vector{ItemId{7}});
  open()->reindex();
  fs::remove_all(store_path(path));
  fs::copy(folder / "older" / "store", store_path(path));
  EXPECT_EQ(test::code_of([&] { open(); }), ErrorCode::kCorruption);

  const RepairReport report = repair_database(path);
  EXPECT_THAT(report.lost, ElementsAre("3 items (51, 52, 53) that the saved index still has",
                                       "the removal of 1 item (7), which are there again"));
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.items, 50U);
  add(200, 1);
  EXPECT_EQ(repair_database(path).lost, std::vector<std::string>());
}

TEST_F(RepairTest, AMissingDatabaseIsSaidToBeMissing) {
  EXPECT_EQ(test::code_of([&] { repair_database(folder / "absent"); }), ErrorCode::kNotFound);
}

TEST_F(RepairTest, SearchesAreComparedWithAScan) {
  EXPECT_THAT(open()->verify_searches(), IsEmpty());
  EXPECT_THAT(open(StoreMode::kReadOnly)->verify_searches(), IsEmpty());
}

}  // namespace
}  // namespace simdb
