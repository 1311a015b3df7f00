#include "encoder/image/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "simdb/error.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::noise_image;
using test::solid_image;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

InputSpec spec_of(int width, int height, int channels = 3) {
  return {.width = width, .height = height, .channels = channels};
}

ErrorCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::kInternal;
}

std::vector<std::uint8_t> pixel_at(const Image& image, int x, int y) {
  const auto first =
      image.pixels.begin() + (static_cast<std::ptrdiff_t>(y) * image.width + x) * image.channels;
  return {first, first + image.channels};
}

TEST(PreprocessTest, AnImageOfTheInputSizeStaysAsItIs) {
  const Image image = noise_image(28, 28, 3, 1);
  EXPECT_EQ(fit_to_input(image, spec_of(28, 28)).pixels, image.pixels);
}

TEST(PreprocessTest, AlphaIsMixedWithTheBackgroundAndRounded) {
  InputSpec spec = spec_of(1, 1);
  spec.background = {10, 20, 30};
  const auto mixed = [&](std::uint8_t alpha) {
    return fit_to_input(solid_image(1, 1, {200, 100, 0, alpha}), spec).pixels;
  };
  EXPECT_THAT(mixed(0), ElementsAre(10, 20, 30));
  EXPECT_THAT(mixed(255), ElementsAre(200, 100, 0));
  // 200 * 128 / 255 + 10 * 127 / 255 = 105.37; 100 and 20: 60.16; 0 and 30: 14.94.
  EXPECT_THAT(mixed(128), ElementsAre(105, 60, 15));
}

TEST(PreprocessTest, GreyBecomesThreeEqualChannels) {
  const Image fitted = fit_to_input(solid_image(4, 4, {77}), spec_of(4, 4));
  EXPECT_EQ(fitted.channels, 3);
  EXPECT_THAT(fitted.pixels, Each(77));
}

TEST(PreprocessTest, ColoursBecomeLuma) {
  const InputSpec spec = spec_of(1, 1, 1);
  EXPECT_THAT(fit_to_input(solid_image(1, 1, {255, 0, 0}), spec).pixels, ElementsAre(76));
  EXPECT_THAT(fit_to_input(solid_image(1, 1, {0, 255, 0}), spec).pixels, ElementsAre(150));
  EXPECT_THAT(fit_to_input(solid_image(1, 1, {0, 0, 255}), spec).pixels, ElementsAre(29));
}

TEST(PreprocessTest, FitKeepsTheShapeAndFillsWithTheBackground) {
  InputSpec spec = spec_of(8, 8);
  spec.background = {1, 2, 3};
  const Image fitted = fit_to_input(solid_image(16, 8, {200, 100, 50}), spec);
  ASSERT_EQ(fitted.width, 8);
  ASSERT_EQ(fitted.height, 8);
  for (int y = 0; y < 8; ++y) {
    const bool inside = y >= 2 && y < 6;
    for (int x = 0; x < 8; ++x) {
      if (inside) {
        EXPECT_THAT(pixel_at(fitted, x, y), ElementsAre(200, 100, 50)) << x << ", " << y;
      } else {
        EXPECT_THAT(pixel_at(fitted, x, y), ElementsAre(1, 2, 3)) << x << ", " << y;
      }
    }
  }
}

TEST(PreprocessTest, FitNeverLosesANarrowImage) {
  const Image fitted = fit_to_input(solid_image(1000, 1, {0, 0, 0}), spec_of(28, 28));
  EXPECT_THAT(pixel_at(fitted, 0, 13), ElementsAre(0, 0, 0));
  EXPECT_THAT(pixel_at(fitted, 27, 13), ElementsAre(0, 0, 0));
  EXPECT_THAT(pixel_at(fitted, 0, 12), ElementsAre(255, 255, 255));
}

TEST(PreprocessTest, TheGreyBackgroundIsTheGreyOfTransparentPixels) {
  InputSpec spec = spec_of(4, 4, 1);
  for (int i = 0; i < 200; ++i) {
    spec.background = {static_cast<std::uint8_t>(i * 7), static_cast<std::uint8_t>(i * 31),
                       static_cast<std::uint8_t>(i * 101)};
    const Image fitted = fit_to_input(solid_image(4, 2, {9, 9, 9, 0}), spec);
    EXPECT_THAT(fitted.pixels, Each(fitted.pixels[0]));
  }
}

TEST(PreprocessTest, StretchFillsTheInput) {
  InputSpec spec = spec_of(8, 8);
  spec.resize = ResizeRule::kStretch;
  EXPECT_THAT(fit_to_input(solid_image(16, 2, {7, 7, 7}), spec).pixels, Each(7));
}

/// A blue rectangle of 40 x 20 pixels at (x, y) on a ground.
Image marked(int width, int height, int x, int y, std::initializer_list<std::uint8_t> ground) {
  Image image = solid_image(width, height, ground);
  for (int row = y; row < y + 20; ++row) {
    for (int column = x; column < x + 40; ++column) {
      const auto place = (static_cast<std::ptrdiff_t>(row) * width + column) * image.channels;
      constexpr std::array<std::uint8_t, 4> kBlue = {0, 0, 255, 255};
      std::copy_n(kBlue.begin(), image.channels, image.pixels.begin() + place);
    }
  }
  return image;
}

InputSpec trimming(int side, int channels = 3) {
  InputSpec spec = spec_of(side, side, channels);
  spec.resize = ResizeRule::kTrim;
  return spec;
}

TEST(PreprocessTest, TrimmedContentLooksTheSameWhereverItWas) {
  const Image near = fit_to_input(marked(42, 22, 1, 1, {255, 255, 255}), trimming(32));
  // A margin of a 16th: 28 x 14 pixels in the middle.
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const bool inside = x >= 2 && x < 30 && y >= 9 && y < 23;
      EXPECT_EQ(pixel_at(near, x, y)[0], inside ? 0 : 255) << x << ", " << y;
    }
  }
  EXPECT_EQ(fit_to_input(marked(200, 90, 150, 3, {255, 255, 255}), trimming(32)).pixels,
            near.pixels);
  EXPECT_EQ(fit_to_input(marked(64, 300, 0, 280, {255, 255, 255}), trimming(32)).pixels,
            near.pixels);
  EXPECT_EQ(fit_to_input(marked(80, 80, 9, 30, {1, 2, 3, 0}), trimming(32)).pixels, near.pixels)
      << "transparent";
  EXPECT_EQ(fit_to_input(near, trimming(32)).pixels, near.pixels) << "once more";
}

TEST(PreprocessTest, WhatIsTrimmedStandsOnTheColourOfItsMargin) {
  const Image fitted = fit_to_input(marked(50, 50, 5, 5, {200, 30, 10}), trimming(32));
  EXPECT_THAT(pixel_at(fitted, 0, 0), ElementsAre(200, 30, 10));
  const Image grey = fit_to_input(marked(50, 50, 5, 5, {200, 30, 10}), trimming(32, 1));
  EXPECT_EQ(grey.pixels[0],
            fit_to_input(solid_image(1, 1, {200, 30, 10}), spec_of(1, 1, 1)).pixels[0]);
}

TEST(PreprocessTest, WithoutAMarginTrimIsFit) {
  for (const Image& image : {noise_image(60, 40, 3, 1), solid_image(60, 40, {9, 99, 9})}) {
    EXPECT_EQ(fit_to_input(image, trimming(32)).pixels,
              fit_to_input(image, spec_of(32, 32)).pixels);
  }
}

TEST(PreprocessTest, PlanesOfAnImageOfTheInputSizeAreTrimmedToo) {
  const InputSpec spec = trimming(64);
  const Image image = marked(64, 64, 2, 40, {255, 255, 255});
  std::vector<float> planes(spec.values());
  preprocess(image, spec, planes);
  std::vector<float> expected(spec.values());
  normalize_pixels(fit_to_input(image, spec).pixels, spec, expected);
  EXPECT_EQ(planes, expected);
}

TEST(PreprocessTest, ResizeRulesHaveNames) {
  for (const auto rule : {ResizeRule::kFit, ResizeRule::kStretch, ResizeRule::kTrim}) {
    EXPECT_EQ(find_resize_rule(to_string(rule)), rule);
  }
  EXPECT_EQ(find_resize_rule("crop"), std::nullopt);
}

TEST(PreprocessTest, ShrinkingAveragesAreas) {
  Image image = solid_image(4, 2, {0});
  image.pixels = {0, 100, 10, 20, 200, 100, 30, 40};
  const Image fitted = fit_to_input(image, spec_of(2, 1, 1));
  EXPECT_THAT(fitted.pixels, ElementsAre(100, 25));
}

TEST(PreprocessTest, StretchAveragesTheSideThatShrinksThoughTheOtherGrows) {
  // Columns black, white, black, ...: every average of whole pairs is grey, any sample is not.
  Image image = solid_image(64, 2, {0});
  for (std::size_t i = 1; i < image.pixels.size(); i += 2) image.pixels[i] = 255;
  InputSpec spec = spec_of(8, 8, 1);
  spec.resize = ResizeRule::kStretch;
  for (const std::uint8_t value : fit_to_input(image, spec).pixels) EXPECT_NEAR(value, 128, 1);
}

TEST(PreprocessTest, PixelsBecomeNormalisedPlanes) {
  InputSpec spec = spec_of(2, 1);
  spec.mean = {0.5F, 0.25F, 0};
  spec.scale = {0.5F, 1, 2};
  const Image image{2, 1, 3, {0, 51, 255, 255, 102, 0}};
  std::vector<float> planes(spec.values());
  preprocess(image, spec, planes);
  EXPECT_THAT(planes, ElementsAre((0.0F - 0.5F) / 0.5F, (1.0F - 0.5F) / 0.5F,  // red plane
                                  51 / 255.0F - 0.25F, 102 / 255.0F - 0.25F,   // green
                                  1.0F / 2, 0.0F));                            // blue
}

TEST(PreprocessTest, PreprocessIsFitThenNormalise) {
  const InputSpec spec = spec_of(12, 9);
  const Image image = noise_image(40, 17, 4, 2);
  std::vector<float> at_once(spec.values());
  std::vector<float> in_steps(spec.values());
  preprocess(image, spec, at_once);
  normalize_pixels(fit_to_input(image, spec).pixels, spec, in_steps);
  EXPECT_EQ(at_once, in_steps);
}

// Places darker than the middle between black and white, by column and row.
std::pair<int, int> dark_extent(const std::vector<std::uint8_t>& pixels, int side) {
  int columns = 0;
  int rows = 0;
  for (int i = 0; i < side; ++i) {
    columns += pixels[static_cast<std::size_t>(side / 2) * side + i] < 128;
    rows += pixels[static_cast<std::size_t>(i) * side + side / 2] < 128;
  }
  return {columns, rows};
}

TEST(PreprocessTest, ViewsShrinkAndStretchAboutTheCentre) {
  constexpr int kSide = 41;
  const InputSpec spec = spec_of(kSide, kSide, 1);
  Image image = solid_image(kSide, kSide, {255});
  for (int y = 10; y <= 30; ++y) {
    for (int x = 10; x <= 30; ++x) image.pixels[y * kSide + x] = 0;
  }
  std::vector<std::uint8_t> view(spec.values());
  write_view(image.pixels, spec, 0, view);
  EXPECT_EQ(view, image.pixels);
  constexpr int kShrunk = 17;     // 0.85 of 21
  constexpr int kStretched = 25;  // 21 / 0.85
  std::set<std::pair<int, int>> extents;
  for (int number = 1; number < kSizedViews; ++number) {
    write_view(image.pixels, spec, number, view);
    extents.insert(dark_extent(view, kSide));
    EXPECT_TRUE(std::equal(view.begin(), view.end(), view.rbegin())) << "not about the centre";
    EXPECT_EQ(view.front(), 255);
  }
  EXPECT_EQ(extents, (std::set<std::pair<int, int>>{{kShrunk, kShrunk},
                                                    {kShrunk, kStretched},
                                                    {kStretched, kShrunk},
                                                    {kStretched, kStretched}}));
}

TEST(PreprocessTest, RefusesViewsThatAreNone) {
  const InputSpec spec = spec_of(8, 8, 1);
  std::vector<std::uint8_t> pixels(spec.values());
  std::vector<std::uint8_t> view(spec.values());
  for (const int number : {-1, kSizedViews}) {
    EXPECT_EQ(code_of([&] { write_view(pixels, spec, number, view); }), ErrorCode::kUsage);
  }
  view.pop_back();
  EXPECT_EQ(code_of([&] { write_view(pixels, spec, 1, view); }), ErrorCode::kUsage);
}

TEST(PreprocessTest, FittingLeavesTheImageAlone) {
  const Image image = noise_image(30, 20, 4, 3);
  const Image before = image;
  fit_to_input(image, spec_of(16, 16, 1));
  EXPECT_EQ(image.pixels, before.pixels);
}

TEST(PreprocessTest, RefusesImagesThatContradictThemselves) {
  const InputSpec spec = spec_of(8, 8);
  std::vector<float> planes(spec.values());
  const std::vector<Image> broken = {
      {8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3 - 1)},  // of the input's size, too few bytes
      {8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3 + 1)},
      {8, 8, 2, std::vector<std::uint8_t>(8 * 8 * 2)},
      {0, 8, 3, {}},
      {8, -8, 3, {}},
      {},
  };
  for (const Image& image : broken) {
    EXPECT_EQ(code_of([&] { fit_to_input(image, spec); }), ErrorCode::kBadInput);
    EXPECT_EQ(code_of([&] { preprocess(image, spec, planes); }), ErrorCode::kBadInput);
  }
}

TEST(PreprocessTest, RefusesBuffersOfAnotherSize) {
  const InputSpec spec = spec_of(2, 2);
  const std::vector<std::uint8_t> pixels(spec.values());
  std::vector<float> planes(spec.values());
  EXPECT_EQ(code_of([&] { normalize_pixels(std::span(pixels).first(11), spec, planes); }),
            ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { normalize_pixels(pixels, spec, std::span(planes).first(11)); }),
            ErrorCode::kUsage);
}

TEST(PreprocessTest, RefusesUnusableSpecs) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<InputSpec> specs = {
      {.width = 0},
      {.height = -1},
      {.width = 4097},
      {.channels = 2},
      {.channels = 4},
      {.mean = {0, nan, 0}},
      {.scale = {1, 0, 1}},
      {.scale = {1, 1, -1}},
      {.scale = {std::numeric_limits<float>::infinity(), 1, 1}},
  };
  for (const InputSpec& spec : specs) {
    EXPECT_EQ(code_of([&] { require_valid(spec); }), ErrorCode::kBadInput);
  }
  EXPECT_NO_THROW(require_valid({}));
  EXPECT_NO_THROW(require_valid({.width = 4096, .height = 1, .channels = 1}));
}

}  // namespace
}  // namespace simdb
