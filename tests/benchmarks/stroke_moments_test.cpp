#include "benchmarks/stroke_moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace simdb::bench {
namespace {

/// A bar from top to bottom whose middle moves `lean` pixels to the right for each row upwards.
Image bar(double width, double lean) {
  constexpr int kSide = 40;
  Image image;
  image.width = kSide;
  image.height = kSide;
  image.channels = 1;
  for (int y = 0; y < kSide; ++y) {
    const double middle = kSide / 2.0 + lean * (kSide / 2.0 - y);
    for (int x = 0; x < kSide; ++x) {
      const double covered = std::min(x + 1.0, middle + width / 2) -
                             std::max(static_cast<double>(x), middle - width / 2);
      const bool inside = y >= 8 && y < kSide - 8;
      image.pixels.push_back(
          static_cast<std::uint8_t>(inside ? std::clamp(covered, 0.0, 1.0) * 255 + 0.5 : 0));
    }
  }
  return image;
}

TEST(StrokeMomentsTest, SlantIsTheShearOfTheInk) {
  EXPECT_NEAR(stroke_moments(bar(4, 0)).slant, 0, 0.01);
  EXPECT_NEAR(stroke_moments(bar(4, 0.3)).slant, 0.3, 0.01);
  EXPECT_NEAR(stroke_moments(bar(4, -0.5)).slant, -0.5, 0.01);
}

TEST(StrokeMomentsTest, WidthIsThatOfTheStroke) {
  // The ends of the bar are edges too: 24 * w / (24 + w) of a bar 24 pixels long.
  for (const double width : {2.0, 3.0, 4.5}) {
    EXPECT_NEAR(stroke_moments(bar(width, 0)).width, 24 * width / (24 + width), 0.25) << width;
  }
  EXPECT_LT(stroke_moments(bar(2, 0.3)).width, stroke_moments(bar(3, 0.3)).width);
}

TEST(StrokeMomentsTest, AnEmptyImageHasNone) {
  Image image = bar(3, 0);
  std::ranges::fill(image.pixels, std::uint8_t{0});
  EXPECT_EQ(stroke_moments(image).slant, 0);
  EXPECT_EQ(stroke_moments(image).width, 0);
}

TEST(StrokeMomentsTest, Correlation) {
  EXPECT_NEAR(correlation({1, 2, 3}, {10, 20, 30}), 1, 1e-12);
  EXPECT_NEAR(correlation({1, 2, 3}, {3, 2, 1}), -1, 1e-12);
  EXPECT_NEAR(correlation({1, 2, 1, 2}, {1, 1, 2, 2}), 0, 1e-12);
  EXPECT_EQ(correlation({1, 1}, {1, 2}), 0);
  EXPECT_EQ(correlation({}, {}), 0);
}

}  // namespace
}  // namespace simdb::bench
