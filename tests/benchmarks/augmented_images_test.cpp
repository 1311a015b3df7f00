#include "benchmarks/augmented_images.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace simdb::bench {
namespace {

// A dark square in the middle of a light picture.
Image square(int width, int height, int channels) {
  Image image{width, height, channels, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside =
          x > width / 4 && x < 3 * width / 4 && y > height / 4 && y < 3 * height / 4;
      image.pixels.insert(image.pixels.end(), static_cast<std::size_t>(channels),
                          inside ? std::uint8_t{20} : std::uint8_t{230});
    }
  }
  return image;
}

double mean_difference(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

TEST(AugmentedImages, KeepTheirSizeAndLookLikeTheFirst) {
  for (const int channels : {1, 3, 4}) {
    const Image image = square(40, 30, channels);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Image variant = augmented(image, seed);
      ASSERT_EQ(variant.width, 40);
      ASSERT_EQ(variant.height, 30);
      ASSERT_EQ(variant.channels, channels);
      ASSERT_EQ(variant.pixels.size(), image.pixels.size());
      EXPECT_GT(mean_difference(image, variant), 1) << seed;
      EXPECT_LT(mean_difference(image, variant), 100) << seed;
    }
  }
}

TEST(AugmentedImages, OneSeedGivesOneVariant) {
  const Image image = square(28, 28, 3);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(augmented(image, seed).pixels, augmented(image, seed).pixels);
    EXPECT_NE(augmented(image, seed).pixels, augmented(image, seed + 1).pixels);
  }
}

TEST(AugmentedImages, OpaquePicturesStayOpaque) {
  Image image = square(28, 28, 4);
  for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] = 255;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Image variant = augmented(image, seed);
    for (std::size_t i = 3; i < image.pixels.size(); i += 4) ASSERT_EQ(variant.pixels[i], 255);
  }
}

TEST(AugmentedImages, ASinglePixelIsEnough) {
  EXPECT_EQ(augmented(Image{1, 1, 1, {128}}, 3).pixels.size(), 1U);
}

}  // namespace
}  // namespace simdb::bench
