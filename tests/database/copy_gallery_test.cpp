#include "database/copy_gallery.h"

#include <algorithm>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "simdb/database.h"
#include "tests/database/copied_gallery.h"
#include "tests/database/gallery_conformance.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

// Many steps for few items.
class SmallPages final : public PlainGallery {
 public:
  using PlainGallery::PlainGallery;
  std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                      const SearchFilter& filter = {}) const override {
    return PlainGallery::items_after(
        after, limit == SIZE_MAX ? limit : std::min<std::size_t>(limit, 64), filter);
  }
};

class CopyGalleryTest : public testing::Test {
 protected:
  void fill(Gallery& gallery) { fill_with_holes(gallery, 300, 10); }
  std::unique_ptr<EmbeddedGallery> open(const fs::path& at, StoreMode mode = StoreMode::kReadOnly) {
    return std::make_unique<EmbeddedGallery>(Store::open(store_path(at), mode), at);
  }

  TemporaryFolder folder;
  fs::path copy = folder / "copy";
  SmallPages original{16, std::vector<std::byte>(1000, std::byte{42})};
};

TEST_F(CopyGalleryTest, IsWhatTheOriginalIs) {
  fill(original);
  const CopyReport report = copy_gallery(original, copy);
  EXPECT_EQ(report.items, original.stats().items);
  EXPECT_EQ(report.images, original.kept_images());
  EXPECT_GT(report.images.images, 20U);
  auto made = open(copy, StoreMode::kReadWrite);
  EXPECT_EQ(difference(*made, original, 1), "");
  EXPECT_EQ(made->get(ItemId{7})->added_ms, 1);
  EXPECT_EQ(made->settings(), original.settings());
  EXPECT_EQ(made->changes(), original.changes());
  for (const std::string& problem : made->verify()) ADD_FAILURE() << problem;
  // It goes on by itself, and no id is given twice.
  const auto added = made->add(std::vector{numbered_item(900, "new")}, corner_embeddings(1, 9));
  EXPECT_EQ(added[0].id, ItemId{301});
  made.reset();
  EXPECT_EQ(code_of([&] { copy_gallery(original, copy); }), ErrorCode::kUsage);
}

TEST_F(CopyGalleryTest, GoesOnWhereItEndedWithWhatCameMeanwhile) {
  fill(original);
  for (int step = 1; step < 3; ++step) {
    EXPECT_EQ(code_of([&] { copy_gallery(original, copy, stopping_at(2)); }), ErrorCode::kIo);
    EXPECT_EQ(code_of([&] { Database::open(copy); }), ErrorCode::kUsage);
    original.remove(std::vector{ItemId{static_cast<std::uint64_t>(30 + step)}, ItemId{3000}});
    original.update(ids_from(60, 3), {.class_name = "e" + std::to_string(step)});
    original.add(std::vector{item_with_image(9000 + static_cast<std::uint64_t>(step), "f")},
                 corner_embeddings(1, 5));
  }
  copy_gallery(original, copy);
  const auto made = open(copy);
  EXPECT_EQ(difference(*made, original, 1), "");
  for (const std::string& problem : made->verify()) ADD_FAILURE() << problem;
}

TEST_F(CopyGalleryTest, AComparisonFindsWhatDiffers) {
  fill(original);
  const auto differs = [&](const std::function<void(Gallery&)>& change) {
    PlainGallery other(16, original.encoder_model());
    fill(other);
    EXPECT_EQ(differences_of_copy(original, other), std::vector<std::string>());
    change(other);
    return !differences_of_copy(original, other).empty();
  };
  EXPECT_TRUE(differs([](Gallery& it) { it.remove(std::vector{ItemId{4}}); }));
  EXPECT_TRUE(differs([](Gallery& it) { it.update(std::vector{ItemId{4}}, {.key = "x"}); }));
  EXPECT_TRUE(differs([](Gallery& it) { it.set_setting("x", "y"); }));
  EXPECT_TRUE(differs(
      [](Gallery& it) { it.add(std::vector{numbered_item(900, "b")}, corner_embeddings(1, 1)); }));
  EXPECT_TRUE(differs([](Gallery& it) {
    NewItem same = numbered_item(299, "b");
    it.remove(std::vector{ItemId{299}});
    it.add(std::vector{same}, corner_embeddings(1, 1));
  }));
  EXPECT_EQ(differences_of_copy(original, PlainGallery(16)).size(), 1U);
}

TEST_F(CopyGalleryTest, CopiesNothingOverAnythingElse) {
  fill(original);
  fs::create_directories(copy / "letters");
  EXPECT_EQ(code_of([&] { copy_gallery(original, copy); }), ErrorCode::kUsage);
  fs::remove(copy / "letters");
  EXPECT_EQ(code_of([&] { copy_gallery(original, copy, stopping_at(1)); }), ErrorCode::kIo);
  PlainGallery other(16, original.encoder_model());  // with fewer changes
  EXPECT_EQ(code_of([&] { copy_gallery(other, copy); }), ErrorCode::kUsage);
  const PlainGallery foreign(16, std::vector<std::byte>(10, std::byte{1}));
  EXPECT_EQ(code_of([&] { copy_gallery(foreign, copy); }), ErrorCode::kUsage);
  copy_gallery(original, copy);
  EXPECT_EQ(difference(*open(copy), original, 1), "");
}

TEST_F(CopyGalleryTest, CopiesAFolderBesideItsWriter) {
  const fs::path from = folder / "from";
  fs::create_directory(from);
  make_store(store_path(from)).reset();
  const auto writer = open(from, StoreMode::kReadWrite);
  fill(*writer);
  copy_gallery(*open(from), copy);
  EXPECT_EQ(difference(*open(copy), *writer, 1), "");
  EXPECT_EQ(open(copy)->get(ItemId{5}), writer->get(ItemId{5}));
}

}  // namespace
}  // namespace simdb::test
