#include <gtest/gtest.h>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "postgres/postgres_copy.h"
#include "simdb/error.h"
#include "tests/database/copied_gallery.h"
#include "tests/database/gallery_conformance.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

class PostgresCopyTest : public PostgresTest {
 protected:
  static void fill(Gallery& gallery) { fill_with_holes(gallery, 1200, 50); }
  CopyReport copy(const CopyOptions& options = {}) {
    PostgresCopy to(address, original);
    return copy_gallery(original, to, options);
  }

  PlainGallery original{16, std::vector<std::byte>(1000, std::byte{42})};
};

TEST_F(PostgresCopyTest, IsWhatTheOriginalIsAndGoesOnByItself) {
  fill(original);
  const CopyReport report = copy();
  EXPECT_EQ(report.items, original.stats().items);
  EXPECT_EQ(report.images, original.kept_images());
  const auto made = PostgresGallery::open(address);
  EXPECT_EQ(difference(*made, original, 1), "");
  EXPECT_EQ(made->settings(), original.settings());
  EXPECT_EQ(made->changes(), original.changes());
  for (const std::string& problem : made->verify()) ADD_FAILURE() << problem;
  const std::uint64_t copied = made->changes();
  const auto added = made->add(std::vector{numbered_item(9000, "new")}, corner_embeddings(1, 9));
  EXPECT_EQ(added[0].id, ItemId{1201});
  EXPECT_EQ(made->changes_since(copied)->events.size(), 1U);
  EXPECT_EQ(made->class_size("new"), 1U);
  EXPECT_EQ(code_of([&] { copy(); }), ErrorCode::kUsage) << "it is no copy any more";
}

TEST_F(PostgresCopyTest, GoesOnWhereItEndedWithWhatCameMeanwhile) {
  fill(original);
  for (int step = 1; step < 4; ++step) {
    EXPECT_EQ(code_of([&] { copy(stopping_at(step)); }), ErrorCode::kIo);
    EXPECT_EQ(code_of([&] { PostgresGallery::open(address); }), ErrorCode::kUsage);
    const auto number = static_cast<std::uint64_t>(step);
    original.remove(std::vector{ItemId{30 + number}, ItemId{1100 + number}});
    original.update(ids_from(60, 3), {.class_name = "e" + std::to_string(step)});
    original.add(std::vector{item_with_image(9000 + number, "f")}, corner_embeddings(1, 5));
  }
  copy();
  const auto made = PostgresGallery::open(address);
  EXPECT_EQ(difference(*made, original, 1), "");
  for (const std::string& problem : made->verify()) ADD_FAILURE() << problem;
}

TEST_F(PostgresCopyTest, IsNoPlaceForAnotherGallery) {
  fill(original);
  EXPECT_EQ(code_of([&] { copy(stopping_at(1)); }), ErrorCode::kIo);
  const PlainGallery other(16, std::vector<std::byte>(10, std::byte{1}));
  EXPECT_EQ(code_of([&] {
              PostgresCopy to(address, other);
              copy_gallery(other, to);
            }),
            ErrorCode::kUsage);
  copy();
}

TEST_F(PostgresCopyTest, ComesBackAsItWas) {
  fill(original);
  copy();
  const TemporaryFolder folder;
  copy_gallery(*PostgresGallery::open(address, {.is_read_only = true}), folder / "back");
  const EmbeddedGallery back(Store::open(store_path(folder / "back"), StoreMode::kReadOnly),
                             folder / "back");
  EXPECT_EQ(difference(back, original, 1), "");
}

}  // namespace
}  // namespace simdb::test
