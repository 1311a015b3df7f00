#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "simdb/duplicates.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

// Waves that `phase` moves, RGB.
Image waves(int side, double phase, int channels = 3) {
  Image image{side, side, channels, {}};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      for (int c = 0; c < channels; ++c) {
        const double angle = (6 * (x + 0.5) + 4 * (y + 0.5) * (c + 1)) / side + phase * (c + 1);
        image.pixels.push_back(
            c == 3 ? 255 : static_cast<std::uint8_t>(127 + std::lround(100 * std::sin(angle))));
      }
    }
  }
  return image;
}

float likeness(const Image& a, const Image& b) {
  return similarity(traits_of(a).look, traits_of(b).look);
}

TEST(PictureTraits, ALookHasLengthOne) {
  EXPECT_NEAR(squared_length(traits_of(waves(40, 1)).look), 1, 1e-6);
  EXPECT_NEAR(squared_length(traits_of(Image{1, 1, 1, {0}}).look), 1, 1e-6);
}

TEST(PictureTraits, ALookSurvivesScalingAndNoiseButNotAnotherPicture) {
  Image noisy = waves(64, 0);
  std::mt19937 random(1);
  for (std::uint8_t& value : noisy.pixels) {
    value = static_cast<std::uint8_t>(value + static_cast<int>(random() % 17) - 8);
  }
  EXPECT_GT(likeness(waves(64, 0), waves(31, 0)), kSameLook);
  EXPECT_GT(likeness(waves(64, 0), noisy), kSameLook);
  EXPECT_LT(likeness(waves(64, 0), waves(64, 0.5)), kSameLook);
}

TEST(PictureTraits, ColoursOfTheSameLuminanceAreDifferentLooks) {
  Image red{8, 8, 3, {}};
  Image blue{8, 8, 3, {}};
  for (int i = 0; i < 64; ++i) {
    red.pixels.insert(red.pixels.end(), {200, 0, 0});
    blue.pixels.insert(blue.pixels.end(), {0, 76, 134});
  }
  EXPECT_LT(likeness(red, blue), kSameLook);
}

TEST(PictureTraits, WhatIsTransparentIsWhiteAndGreyIsGrey) {
  const Image clear{2, 2, 4, std::vector<std::uint8_t>(16, 0)};
  const Image white{2, 2, 3, std::vector<std::uint8_t>(12, 255)};
  const Image grey{3, 3, 1, std::vector<std::uint8_t>(9, 77)};
  const Image same{3, 3, 3, std::vector<std::uint8_t>(27, 77)};
  EXPECT_FLOAT_EQ(likeness(clear, white), 1);
  EXPECT_FLOAT_EQ(likeness(grey, same), 1);
  EXPECT_NEAR(likeness(waves(32, 0), waves(32, 0, 4)), 1, 1e-6);
}

TEST(PictureTraits, PixelsAreEqualOnlyForTheSamePicture) {
  EXPECT_EQ(traits_of(waves(20, 0)).pixels, traits_of(waves(20, 0)).pixels);
  Image other = waves(20, 0);
  ++other.pixels[77];
  EXPECT_NE(traits_of(waves(20, 0)).pixels, traits_of(other).pixels);
  const std::vector<std::uint8_t> values(6, 9);
  EXPECT_NE(traits_of({2, 3, 1, values}).pixels, traits_of({3, 2, 1, values}).pixels);
}

TEST(PictureTraits, PixelsAreTheSameHoweverTheyAreHeld) {
  const Sha256 grey = digest_of_pixels({2, 1, 1, {7, 200}});
  EXPECT_EQ(digest_of_pixels({2, 1, 3, {7, 7, 7, 200, 200, 200}}), grey);
  EXPECT_EQ(digest_of_pixels({2, 1, 4, {7, 7, 7, 255, 200, 200, 200, 255}}), grey);
  EXPECT_NE(digest_of_pixels({2, 1, 4, {7, 7, 7, 255, 200, 200, 200, 254}}), grey);
  EXPECT_NE(digest_of_pixels({2, 1, 3, {7, 7, 7, 200, 200, 201}}), grey);
  EXPECT_EQ(digest_of_pixels({1, 1, 4, {1, 2, 3, 0}}), digest_of_pixels({1, 1, 4, {0, 0, 0, 0}}));
  EXPECT_NE(digest_of_pixels({1, 1, 4, {1, 2, 3, 1}}), digest_of_pixels({1, 1, 4, {0, 0, 0, 1}}));
}

TEST(PictureTraits, WhatIsNoImageIsRefused) {
  for (const Image& image :
       {Image{}, Image{2, 2, 3, {1, 2, 3}}, Image{-1, -1, 1, {1}}, Image{1, 1, 2, {1, 2}}}) {
    EXPECT_EQ(test::code_of([&] { traits_of(image); }), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace simdb
