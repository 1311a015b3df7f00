#include "encoder/png_chunks.h"

#include <gtest/gtest.h>

#include "encoder/image_codec.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;

test::PngParts small_parts() {
  return {.width = 2, .height = 1, .scanlines = to_bytes({0, 50, 60})};
}

TEST(PngChunksTest, KeepsAPlainPngAsItIs) {
  const Bytes png = test::make_png(small_parts());
  EXPECT_EQ(essential_png(png), png);
}

TEST(PngChunksTest, DropsWhatPixelsDoNotNeed) {
  test::PngParts parts = small_parts();
  const Bytes plain = test::make_png(parts);
  parts.extra = test::png_chunk("iCCP", to_bytes("not a profile"));
  test::append(parts.extra, test::png_chunk("tEXt", to_bytes("Comment")));
  Bytes png = test::make_png(parts);
  test::append(png, to_bytes("behind the end"));
  EXPECT_EQ(essential_png(png), plain);
}

TEST(PngChunksTest, KeepsPaletteAndTransparency) {
  test::PngParts parts{.width = 1, .height = 1, .colour_type = 3, .scanlines = to_bytes({0, 0})};
  parts.extra = test::png_chunk("PLTE", to_bytes({1, 2, 3}));
  test::append(parts.extra, test::png_chunk("tRNS", to_bytes({4})));
  const Bytes png = test::make_png(parts);
  EXPECT_EQ(essential_png(png), png);
}

TEST(PngChunksTest, SeesEveryFlippedBitOfWhatItKeeps) {
  const Bytes png = test::make_png(small_parts());
  for (std::size_t bit = 8 * 8; bit < png.size() * 8; ++bit) {  // behind the signature
    Bytes flipped = png;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto kept = essential_png(flipped);
    if (!kept) continue;
    // A flip that makes another type of chunk of it: the chunk is gone, nothing false is kept.
    EXPECT_LT(kept->size(), png.size()) << "bit " << bit;
  }
}

TEST(PngChunksTest, SeesEveryTruncation) {
  const Bytes png = test::make_png(small_parts());
  for (std::size_t length = 0; length < png.size(); ++length) {
    EXPECT_FALSE(essential_png(std::span(png).first(length))) << length;
  }
}

TEST(PngChunksTest, RefusesAPngWithoutPixels) {
  const Bytes whole = test::make_png(small_parts());
  Bytes png(whole.begin(), whole.begin() + 33);  // signature and IHDR
  test::append(png, test::png_chunk("IEND", {}));
  EXPECT_FALSE(essential_png(png));
}

TEST(PngChunksTest, DecodingPrintsNothing) {
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
