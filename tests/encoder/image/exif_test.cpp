#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "encoder/image/exif_internal.h"
#include "simdb/image_codec.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// Of a copy without slack behind it, so that AddressSanitizer sees a read past the end.
std::optional<int> orientation_in(std::string_view text) {
  const auto copy = std::make_unique<std::byte[]>(text.size());
  const test::Bytes bytes = test::to_bytes(text);
  std::copy(bytes.begin(), bytes.end(), copy.get());
  return read_segment_orientation({copy.get(), text.size()});
}

TEST(ExifTest, ReadsTheOrientation) {
  EXPECT_EQ(orientation_in("Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\10\0\0\0\0\0\0"sv), 8);
  // Little-endian; the second entry of a directory further back.
  EXPECT_EQ(orientation_in("Exif\0\0II*\0\12\0\0\0..\2\0"
                           "\17\1\2\0\1\0\0\0A\0\0\0"
                           "\22\1\3\0\1\0\0\0\6\0\0\0"sv),
            6);
}

TEST(ExifTest, NeedsNoMarkOutsideJpeg) {
  constexpr std::string_view kTiff = "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\10\0\0\0\0\0\0"sv;
  EXPECT_EQ(read_orientation(test::to_bytes(kTiff)), 8);
  EXPECT_EQ(read_orientation(test::to_bytes("Exif\0\0"s + std::string(kTiff))), 8);
  EXPECT_EQ(read_orientation({}), 1);
}

TEST(ExifTest, PicturesOfOtherFormatsAreTurned) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const int channels : {1, 3, 4}) {
      const Image upright = test::noise_image(9, 5, channels, 1);
      const Image stored = test::stored_with_orientation(upright, orientation);
      const test::Bytes exif = test::make_exif(static_cast<std::uint8_t>(orientation));
      const test::Bytes png = test::with_png_chunk(encode_png(stored), "eXIf", exif);
      EXPECT_EQ(decode_image(png, "x").pixels, upright.pixels) << orientation;
      if (channels == 1) continue;
      const test::Bytes webp = test::encode_as(stored, ".webp");
      EXPECT_EQ(decode_image(test::with_webp_chunk(webp, "EXIF", exif), "x").pixels, upright.pixels)
          << orientation;
    }
  }
}

TEST(ExifTest, NonsenseIsUpright) {
  for (const std::string_view text : {
           "Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\0\0\0"sv,    // 0
           "Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\11\0\0"sv,   // 9
           "Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\377\377\0"sv,  // 65,535
           "Exif\0\0"sv,
           "Exif\0\0MM\0*"sv,
           "Exif\0\0II\0*\0\0\0\10"sv,
           "Exif\0\0MM\0*\377\377\377\377\0\1"sv,
           "Exif\0\0MM\0*\0\0\0\10\377\377"sv,
           "Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1"sv,
       }) {
    EXPECT_EQ(orientation_in(text), 1) << text;
  }
}

TEST(ExifTest, OtherSegmentsSayNothing) {
  for (const std::string_view text : {""sv, "Exif"sv, "http://ns.adobe.com/xap/1.0/\0"sv}) {
    EXPECT_EQ(orientation_in(text), std::nullopt) << text;
  }
}

TEST(ExifTest, RandomDirectoriesAreHarmless) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 20000; ++trial) {
    std::string text = "Exif";
    text += trial % 2 == 0 ? "\0\0MM\0*\0\0\0"sv : "\0\0II*\0"sv;
    for (std::size_t i = random() % 60; i > 0; --i) {
      text += static_cast<char>(random() % 3 == 0 ? 0x12 : random());
    }
    const std::optional<int> orientation = orientation_in(text);
    ASSERT_TRUE(orientation && *orientation >= 1 && *orientation <= 8);
  }
}

}  // namespace
}  // namespace simdb
