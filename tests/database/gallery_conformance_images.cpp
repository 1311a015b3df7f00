// How every gallery keeps image files.
#include "tests/database/gallery_conformance.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb::test {

TEST_P(GalleryConformanceTest, KeepsAnImageOnceAndWithItsItems) {
  const NewItem item = item_with_image(1, "a");
  const Sha256 digest = item.info.digest;
  EXPECT_TRUE(gallery->image(digest).empty());
  EXPECT_EQ(gallery->kept_images(), KeptImages{});
  NewItem keyed = item_with_image(1, "b");
  keyed.info.key = "k";
  const auto added = add({item, keyed, item_with_image(2, "a"), numbered_item(3, "a")});
  const KeptImages both{2, item.image.size() + item_with_image(2, "a").image.size()};
  const auto expect_both = [&] {
    EXPECT_EQ(gallery->image(digest), item.image);
    EXPECT_EQ(gallery->image_size(digest), item.image.size());
    EXPECT_EQ(gallery->kept_images(), both);
    EXPECT_EQ(gallery->image_size(numbered_item(3, "a").info.digest), 0U);
  };
  expect_both();
  gallery->update(std::vector{added[0].id}, {.class_name = "c"});
  gallery->rename_class("c", "d");
  EXPECT_TRUE(gallery->remove(std::vector{added[0].id}));
  expect_both();
  if (host->keeps()) {
    gallery.reset();
    gallery = host->open();
    expect_both();
  }
  // What takes the key over takes the place of the last item with the image.
  NewItem taker = item_with_image(4, "a");
  taker.info.key = "k";
  add({taker});
  EXPECT_TRUE(gallery->image(digest).empty());
  EXPECT_EQ(gallery->image_size(digest), 0U);
  EXPECT_EQ(gallery->image(taker.info.digest), taker.image);
  gallery->remove_class("a");
  EXPECT_EQ(gallery->kept_images(), KeptImages{});
  EXPECT_TRUE(gallery->verify().empty());
}

TEST_P(GalleryConformanceTest, AnItemGetsItsImageWithALaterAdd) {
  const NewItem item = item_with_image(1, "a");
  NewItem bare = item;
  bare.image.clear();
  add({bare});
  EXPECT_EQ(gallery->kept_images().images, 0U);
  EXPECT_FALSE(add({item})[0].is_new);
  EXPECT_EQ(gallery->image(item.info.digest), item.image);
  add({bare});
  EXPECT_EQ(gallery->kept_images().images, 1U);
  EXPECT_TRUE(gallery->verify().empty());
}

TEST_P(GalleryConformanceTest, RefusesAnImageOfAnotherDigest) {
  NewItem wrong = item_with_image(2, "a");
  wrong.image[0] ^= std::byte{1};
  EXPECT_EQ(code_of([&] { add({item_with_image(1, "a"), wrong}); }), ErrorCode::kUsage);
  EXPECT_TRUE(gallery->classes().empty());
  EXPECT_EQ(gallery->kept_images(), KeptImages{});
}

}  // namespace simdb::test
