#include "pipeline/thumbnail_traits.h"

#include <gtest/gtest.h>

#include "simdb/embedding.h"
#include "tests/support/embeddings.h"
#include "tests/support/images.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

TEST(ThumbnailTraits, AreThoseOfItsPixels) {
  const Image image = test::noise_image(20, 10, 3, 1);
  const auto traits = traits_of_thumbnail(test::encode_as(image, ".png"));
  ASSERT_TRUE(traits);
  EXPECT_EQ(traits->pixels, traits_of(image).pixels);
  EXPECT_EQ(traits->look, traits_of(image).look);
}

TEST(ThumbnailTraits, AnItemWithoutAThumbnailThatCanBeReadHasNone) {
  test::PlainGallery gallery{16};
  std::vector<NewItem> items(3);
  for (NewItem& item : items) item.info.class_name = "a";
  items[0].thumbnail = test::encode_as(test::quadrant_image(8, 8), ".jpg");
  items[1].thumbnail = test::to_bytes("no picture");
  gallery.add(items, test::random_embeddings(3, 16, 1));
  const TraitsOf traits = thumbnail_traits(gallery);
  EXPECT_TRUE(traits(ItemId{1}));
  EXPECT_FALSE(traits(ItemId{2}));
  EXPECT_FALSE(traits(ItemId{3}));
}

TEST(ThumbnailTraits, AJpegOfLowQualityAndASmallerPictureLookTheSame) {
  const Image image = test::natural_image(64, 3);
  const auto look = traits_of(image).look;
  const auto jpeg = traits_of_thumbnail(test::encode_as(image, ".jpg"));
  const auto other = traits_of(test::natural_image(64, 4));
  EXPECT_GT(similarity(look, jpeg->look), kSameLook);
  EXPECT_LT(similarity(look, other.look), kSameLook);
}

TEST(ThumbnailTraits, AGalleryWithoutAnEncoderHasNoPictures) {
  const test::PlainGallery gallery{16, {}, "texts"};
  EXPECT_FALSE(thumbnail_traits(gallery));
}

}  // namespace
}  // namespace simdb
