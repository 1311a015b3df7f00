#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/image/decoders_internal.h"
#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Image decode_png(std::span<const std::byte> png) {
  DecodeBudget budget({.max_seconds = 60}, png.size());
  return simdb::decode_png(png, budget).image;
}

test::PngParts small_parts() {
  return {.width = 2, .height = 1, .scanlines = to_bytes({0, 50, 60})};
}

TEST(PngDecoderTest, SkipsWhatPixelsDoNotNeed) {
  test::PngParts parts = small_parts();
  parts.extra = test::png_chunk("iCCP", to_bytes("not a profile"));
  test::append(parts.extra, test::png_chunk("zTXt", to_bytes("not compressed")));
  test::append(parts.extra, test::png_chunk("gAMA", to_bytes({0, 0, 0, 1})));
  Bytes png = test::make_png(parts);
  test::append(png, to_bytes("behind the end"));
  EXPECT_THAT(decode_png(png).pixels, ElementsAre(50, 60));
}

TEST(PngDecoderTest, AppliesPaletteAndTransparency) {
  test::PngParts parts{.width = 2, .height = 1, .colour_type = 3, .scanlines = to_bytes({0, 0, 1})};
  parts.extra = test::png_chunk("PLTE", to_bytes({1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(decode_png(test::make_png(parts)).pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  test::append(parts.extra, test::png_chunk("tRNS", to_bytes({9})));
  EXPECT_THAT(decode_png(test::make_png(parts)).pixels, ElementsAre(1, 2, 3, 9, 4, 5, 6, 255));
}

TEST(PngDecoderTest, OneShadeCanBeTransparent) {
  test::PngParts parts{.width = 2, .height = 1, .colour_type = 2};
  parts.scanlines = to_bytes({0, 10, 20, 30, 11, 20, 30});
  parts.extra = test::png_chunk("tRNS", to_bytes({0, 10, 0, 20, 0, 30}));
  EXPECT_THAT(decode_png(test::make_png(parts)).pixels,
              ElementsAre(10, 20, 30, 0, 11, 20, 30, 255));
  parts = small_parts();
  parts.extra = test::png_chunk("tRNS", to_bytes({0, 50}));
  EXPECT_THAT(decode_png(test::make_png(parts)).pixels,
              ElementsAre(50, 50, 50, 0, 60, 60, 60, 255));
  parts.bit_depth = 16;  // all of which count
  parts.scanlines = to_bytes({0, 50, 1, 50, 2});
  parts.extra = test::png_chunk("tRNS", to_bytes({50, 2}));
  EXPECT_THAT(decode_png(test::make_png(parts)).pixels,
              ElementsAre(50, 50, 50, 255, 50, 50, 50, 0));
}

// A flipped bit is seen, or it is in a chunk that became another by it: then the picture is the
// same, or refused.
TEST(PngDecoderTest, SeesEveryFlippedBit) {
  test::PngParts parts{.width = 2, .height = 1, .colour_type = 3, .scanlines = to_bytes({0, 0, 1})};
  parts.extra = test::png_chunk("PLTE", to_bytes({1, 2, 3, 4, 5, 6}));
  test::append(parts.extra, test::png_chunk("tRNS", to_bytes({9})));
  const Bytes png = test::make_png(parts);
  const Image whole = decode_png(png);
  for (std::size_t bit = 8 * 8; bit < png.size() * 8; ++bit) {  // behind the signature
    Bytes flipped = png;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    try {
      const Image image = decode_png(flipped);
      // "tRNS" made an unknown name: colours without transparency.
      if (image.channels == 3) continue;
      EXPECT_EQ(image.pixels, whole.pixels) << "bit " << bit;
    } catch (const std::runtime_error& e) {
      EXPECT_THAT(e.what(), AnyOf(HasSubstr("damaged: "), HasSubstr("truncated"),
                                  HasSubstr("pixels, the limit"), HasSubstr("too much memory")))
          << "bit " << bit;
    }
  }
}

// A file that was cut is refused, or has all its pixels.
TEST(PngDecoderTest, SeesEveryTruncation) {
  constexpr std::size_t kEndBytes = 12;
  test::PngRecipe interlaced{
      .width = 9, .height = 7, .interlaced = true, .filter = 1, .noise_every = 1};
  for (const Bytes& png : {test::make_png(small_parts()), test::make_large_png(interlaced)}) {
    const Image whole = decode_png(png);
    for (std::size_t length = 0; length < png.size(); ++length) {
      try {
        EXPECT_EQ(decode_png(std::span(png).first(length)).pixels, whole.pixels) << length;
        EXPECT_GT(length + kEndBytes + 16, png.size());
      } catch (const std::runtime_error& e) {
        EXPECT_LT(length, png.size() - kEndBytes) << e.what();
      }
    }
  }
}

TEST(PngDecoderTest, RefusesAPngWithoutPixels) {
  const Bytes whole = test::make_png(small_parts());
  Bytes png(whole.begin(), whole.begin() + 33);  // signature and IHDR
  test::append(png, test::png_chunk("IEND", {}));
  EXPECT_THROW(decode_png(png), std::runtime_error);
}

TEST(PngDecoderTest, StopsWhenItsTimeIsUp) {
  const Bytes png = test::encode_as(test::noise_image(300, 300, 3, 1), ".png");
  EXPECT_NO_THROW(decode_png(png));
  const Error error = test::error_of([&] { decode_image(png, "slow.png", {.max_seconds = 0}); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("slow.png: it takes too long to unpack"));
}

TEST(PngDecoderTest, PrintsNothing) {
  test::PngParts parts = small_parts();
  parts.extra = test::png_chunk("iCCP", to_bytes("not a profile"));
  const Bytes odd_profile = test::make_png(parts);
  Bytes damaged = test::make_png(small_parts());
  damaged[50] ^= std::byte{1};
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(decode_image(odd_profile, "x").width, 2);
  EXPECT_ANY_THROW(decode_image(damaged, "x"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace simdb
