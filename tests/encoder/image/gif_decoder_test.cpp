#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/image/decoders_internal.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Image decoded(std::span<const std::byte> gif, const ImageLimits& limits = {}) {
  DecodeBudget budget(limits, gif.size());
  return decode_gif(gif, budget);
}

void expect_refused(const Bytes& gif, const ImageLimits& limits, const char* why) {
  EXPECT_THAT([&] { decoded(gif, limits); }, ThrowsMessage<std::runtime_error>(HasSubstr(why)));
}

// The red of each pixel, which is its number in the palette.
std::vector<int> numbers_of(const Image& image) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < image.pixels.size(); i += image.channels) {
    numbers.push_back(image.pixels[i]);
  }
  return numbers;
}

Bytes counted(int count) {
  Bytes pixels;
  for (int i = 0; i < count; ++i) pixels.push_back(static_cast<std::byte>(i % 128));
  return pixels;
}

test::GifRecipe small() {
  return {.screen_width = 3, .screen_height = 2, .width = 3, .height = 2, .pixels = counted(6)};
}

TEST(GifDecoderTest, ResolvesThePalette) {
  const Image image = decoded(test::make_gif(small()));
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(image.width, 3);
  EXPECT_THAT(image.pixels,
              ElementsAre(0, 0, 255, 1, 2, 254, 2, 4, 253, 3, 6, 252, 4, 8, 251, 5, 10, 250));
}

TEST(GifDecoderTest, OneColourMayBeTransparent) {
  test::GifRecipe recipe = small();
  recipe.transparent = 4;
  const Image image = decoded(test::make_gif(recipe));
  EXPECT_EQ(image.channels, 4);
  EXPECT_EQ(image.pixels[4 * 4 + 3], 0);
  EXPECT_EQ(image.pixels[5 * 4 + 3], 255);
}

TEST(GifDecoderTest, APictureMayBeSmallerThanItsCanvasOrLeaveIt) {
  test::GifRecipe recipe = small();
  recipe.left = 1;
  recipe.top = 1;
  const Image larger = decoded(test::make_gif(recipe));
  EXPECT_EQ(larger.width, 4);
  EXPECT_EQ(larger.height, 3);
  EXPECT_EQ(larger.channels, 4);
  EXPECT_EQ(larger.pixels[3], 0) << "what no picture covers is transparent";
  EXPECT_EQ(larger.pixels[(4 + 1) * 4 + 3], 255);
  EXPECT_EQ(larger.pixels.back(), 255);
}

TEST(GifDecoderTest, InterlacedRowsFindTheirPlaces) {
  test::GifRecipe recipe{.screen_width = 1, .screen_height = 11, .width = 1, .height = 11};
  recipe.interlaced = true;
  recipe.pixels = counted(11);
  EXPECT_THAT(numbers_of(decoded(test::make_gif(recipe))),
              ElementsAre(0, 6, 3, 7, 2, 8, 4, 9, 1, 10, 5));
}

TEST(GifDecoderTest, TakesTheFirstOfSeveral) {
  EXPECT_EQ(decoded(test::make_animated_gif()).width, 2);
}

// A file that was cut is refused, or has all its pixels.
TEST(GifDecoderTest, SeesEveryTruncation) {
  test::GifRecipe recipe{.screen_width = 30, .screen_height = 20, .width = 30, .height = 20};
  recipe.pixels = counted(600);
  recipe.transparent = 5;
  const Bytes gif = test::make_gif(recipe);
  const Image whole = decoded(gif);
  for (std::size_t length = 0; length < gif.size(); ++length) {
    try {
      EXPECT_EQ(decoded(std::span(gif).first(length)).pixels, whole.pixels) << length;
      EXPECT_GE(length + 3, gif.size());
    } catch (const std::runtime_error& e) {
      EXPECT_THAT(e.what(), HasSubstr("truncated")) << length;
      EXPECT_LT(length, gif.size() - 1);
    }
  }
}

TEST(GifDecoderTest, RefusesWhatMakesNoSense) {
  Bytes gif = test::make_gif(small());
  expect_refused(to_bytes("GIF89a\1\0\1\0\0\0\0;"), {}, "truncated");
  Bytes empty(gif.begin(), gif.begin() + std::ptrdiff_t{13 + 3 * 128});
  empty.push_back(std::byte{0x3B});
  expect_refused(empty, {}, "no picture");
  test::GifRecipe flat = small();
  flat.height = 0;
  expect_refused(test::make_gif(flat), {}, "damaged");
  test::GifRecipe short_of_pixels = small();
  short_of_pixels.height = 9;
  expect_refused(test::make_gif(short_of_pixels), {}, "damaged");
}

TEST(GifDecoderTest, HoldsSizeMemoryAndTime) {
  test::GifRecipe wide = small();
  wide.screen_width = wide.screen_height = 65535;
  expect_refused(test::make_gif(wide), {}, "65535 x 65535");
  wide.screen_width = wide.screen_height = 8192;
  expect_refused(test::make_gif(wide), {.max_memory_bytes = 8 * (64 << 20) - 1}, "memory");
  // Millions of codes that give no pixel stand in front of the last one.
  test::GifRecipe endless = small();
  endless.pixels.pop_back();
  endless.clears = 1 << 20;
  expect_refused(test::make_gif(endless), {.max_seconds = 0.02}, "takes too long");
}

TEST(GifDecoderTest, DamageIsHarmless) {
  const Bytes whole = test::make_gif(small());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    try {
      EXPECT_GT(decoded(damaged).width, 0);
    } catch (const std::runtime_error& e) {
      EXPECT_STRNE(e.what(), "");
    }
  }
}

}  // namespace
}  // namespace simdb
