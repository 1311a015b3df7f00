#include "encoder/image/baseline_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/images.h"

namespace simdb {
namespace {

double alike(const std::vector<float>& a, const std::vector<float>& b) {
  const auto dot = [](const auto& x, const auto& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

/// Bright stripes on dark ground, 64 x 64, upright or level.
Image stripes(bool upright, std::uint8_t bright, int shift = 0) {
  Image image = test::solid_image(64, 64, {20});
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      if (((upright ? x : y) + shift) / 4 % 2 == 0) {
        image.pixels[static_cast<std::size_t>(y) * 64 + x] = bright;
      }
    }
  }
  return image;
}

TEST(BaselineFeaturesTest, HogSeesDirectionsAndNotBrightness) {
  const auto upright = hog_features(stripes(true, 220));
  EXPECT_EQ(upright.size(), 1764U);
  EXPECT_GT(alike(upright, hog_features(stripes(true, 120))), 0.99);
  EXPECT_GT(alike(upright, hog_features(stripes(true, 220, 4))), 0.9);  // dark and bright change
  EXPECT_LT(alike(upright, hog_features(stripes(false, 220))), 0.1);
}

TEST(BaselineFeaturesTest, AnEdgeLiesInTheBinOfItsDirection) {
  // Gradients along y have 90 degrees, the middle of the fifth of nine directions; along x 0, half
  // way between the last and the first.
  const auto level = hog_features(stripes(false, 220));
  EXPECT_EQ(std::max_element(level.begin(), level.begin() + 9) - level.begin(), 4);
  const auto upright = hog_features(stripes(true, 220));
  EXPECT_FLOAT_EQ(upright[0], upright[8]);
  EXPECT_GT(upright[0], 10 * upright[4]);
}

TEST(BaselineFeaturesTest, OneColourHasADirectionToo) {
  const Image grey = test::solid_image(9, 9, {7, 7, 7});
  for (const auto& features :
       {hog_features(grey), pixel_features(grey, 32), histogram_features(grey)}) {
    EXPECT_GT(alike(features, features), 0.99);
  }
}

TEST(BaselineFeaturesTest, PixelsLessTheirMean) {
  const auto features = pixel_features(test::quadrant_image(32, 32), 32);
  EXPECT_EQ(features.size(), 32U * 32 * 3);
  EXPECT_NEAR(std::accumulate(features.begin(), features.end(), 0.0), 0, 1);
}

TEST(BaselineFeaturesTest, HistogramsSeeColoursAndNotPlaces) {
  const Image image = test::quadrant_image(64, 64);
  Image turned = image;
  for (std::size_t p = 0; p < 64 * 64; ++p) {
    for (std::size_t c = 0; c < 3; ++c) {
      turned.pixels[p * 3 + c] = image.pixels[(64 * 64 - 1 - p) * 3 + c];
    }
  }
  EXPECT_NEAR(alike(histogram_features(image), histogram_features(turned)), 1, 1e-6);
  EXPECT_NEAR(
      alike(histogram_features(image), histogram_features(test::solid_image(9, 9, {90, 90, 90}))),
      0, 1e-6);
}

}  // namespace
}  // namespace simdb
