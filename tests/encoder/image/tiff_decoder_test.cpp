#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/image/decoders_internal.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::make_tiff;
using test::TiffParts;
using test::to_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

StoredImage decoded(std::span<const std::byte> tiff, const ImageLimits& limits = {}) {
  DecodeBudget budget(limits, tiff.size());
  return decode_tiff(tiff, budget);
}
std::vector<std::uint8_t> pixels_of(const TiffParts& parts) {
  return decoded(make_tiff(parts)).image.pixels;
}
void expect_refused(const TiffParts& parts, const char* why, const ImageLimits& limits = {}) {
  EXPECT_THAT([&] { decoded(make_tiff(parts), limits); },
              ThrowsMessage<std::runtime_error>(HasSubstr(why)));
}

TiffParts grey(std::uint32_t width, std::uint16_t bits, Bytes row) {
  return {.width = width,
          .height = 1,
          .bits = bits,
          .samples = 1,
          .colours = 1,
          .chunks = {std::move(row)}};
}

TEST(TiffDecoderTest, GreyOfEveryDepth) {
  EXPECT_THAT(pixels_of(grey(3, 1, to_bytes({0b10100000}))), ElementsAre(255, 0, 255));
  EXPECT_THAT(pixels_of(grey(3, 2, to_bytes({0b00011100}))), ElementsAre(0, 85, 255));
  EXPECT_THAT(pixels_of(grey(3, 4, to_bytes({0x0F, 0x50}))), ElementsAre(0, 255, 85));
  EXPECT_THAT(pixels_of(grey(3, 8, to_bytes({1, 2, 255}))), ElementsAre(1, 2, 255));
  // Rounded to nearest, as in PNG: 77 * 257 + 128 is the last that is 77.
  TiffParts deep = grey(3, 16, to_bytes({77, 205, 77, 206, 255, 255}));
  deep.big_endian = true;
  EXPECT_THAT(pixels_of(deep), ElementsAre(77, 78, 255));
  deep.big_endian = false;
  deep.chunks = {to_bytes({205, 77, 206, 77, 255, 255})};
  EXPECT_THAT(pixels_of(deep), ElementsAre(77, 78, 255));
  deep = grey(2, 8, to_bytes({1, 255}));
  deep.colours = 0;  // white is 0
  EXPECT_THAT(pixels_of(deep), ElementsAre(254, 0));
}

TEST(TiffDecoderTest, AlphaIsStraightOrMultipliedOrNone) {
  TiffParts parts{.width = 1, .height = 1, .samples = 4};
  parts.chunks = {to_bytes({100, 50, 0, 128})};
  parts.more = {{338, {2}}};
  EXPECT_THAT(pixels_of(parts), ElementsAre(100, 50, 0, 128));
  EXPECT_FALSE(decoded(make_tiff(parts)).is_premultiplied);
  parts.more = {{338, {1}}};
  EXPECT_TRUE(decoded(make_tiff(parts)).is_premultiplied);
  parts.more = {{338, {0}}};
  EXPECT_THAT(pixels_of(parts), ElementsAre(100, 50, 0));
  parts = {.width = 1, .height = 1, .samples = 2, .colours = 1, .chunks = {to_bytes({9, 7})}};
  parts.more = {{338, {2}}};
  EXPECT_THAT(pixels_of(parts), ElementsAre(9, 9, 9, 7));
}

TEST(TiffDecoderTest, PalettesOfSixteenBitsAndOfEight) {
  TiffParts parts{.width = 2, .height = 1, .bits = 1, .samples = 1, .colours = 3};
  parts.chunks = {to_bytes({0b01000000})};
  parts.more = {{320, {0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0xFFFF}}};
  EXPECT_THAT(pixels_of(parts), ElementsAre(0x10, 0x30, 0x50, 0x20, 0x40, 0xFF));
  parts.more = {{320, {1, 2, 3, 4, 5, 6}}};
  EXPECT_THAT(pixels_of(parts), ElementsAre(1, 3, 5, 2, 4, 6));
  parts.more = {};
  expect_refused(parts, "");
}

TEST(TiffDecoderTest, FourInks) {
  TiffParts parts{.width = 3, .height = 1, .samples = 4, .colours = 5};
  parts.chunks = {to_bytes({0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255})};
  EXPECT_THAT(pixels_of(parts), ElementsAre(255, 255, 255, 1, 255, 255, 0, 0, 0));
}

TEST(TiffDecoderTest, TilesAndPlanes) {
  TiffParts parts{.width = 20, .height = 18, .samples = 1, .colours = 1, .tile = 16};
  for (int i = 0; i < 4; ++i) parts.chunks.emplace_back(256, static_cast<std::byte>(i));
  const Image image = decoded(make_tiff(parts)).image;
  EXPECT_EQ(image.pixels[15], 0);
  EXPECT_EQ(image.pixels[16], 1);
  EXPECT_EQ(image.pixels[16 * 20 + 15], 2);
  EXPECT_EQ(image.pixels.back(), 3);
  parts = {.width = 2, .height = 1};
  parts.chunks = {to_bytes({1, 2}), to_bytes({3, 4}), to_bytes({5, 6})};
  parts.more = {{284, {2}}};
  EXPECT_THAT(pixels_of(parts), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(TiffDecoderTest, TellsTheOrientation) {
  TiffParts parts = grey(2, 8, to_bytes({1, 2}));
  EXPECT_EQ(decoded(make_tiff(parts)).orientation, 1);
  parts.more = {{274, {6}}};
  EXPECT_EQ(decoded(make_tiff(parts)).orientation, 6);
  parts.more = {{274, {9}}};
  EXPECT_EQ(decoded(make_tiff(parts)).orientation, 1);
}

TEST(TiffDecoderTest, SaysWhatItDoesNotRead) {
  TiffParts parts = grey(2, 8, to_bytes({1, 2}));
  parts.compression = 50000;
  expect_refused(parts, "compression 50000");
  parts.compression = 6;  // JPEG as it was in 1992
  expect_refused(parts, "compression 6");
  parts = grey(1, 32, Bytes(4));
  expect_refused(parts, "bits per sample: 32");
  parts = grey(2, 16, Bytes(4));
  parts.more = {{339, {2}}};
  expect_refused(parts, "numbers of kind 2");
  parts = {.width = 1, .height = 1, .colours = 8, .chunks = {Bytes(3)}};
  expect_refused(parts, "colours of kind 8");
}

TEST(TiffDecoderTest, SeesEveryTruncation) {
  TiffParts parts{.width = 8, .height = 8, .chunks = {Bytes(96), Bytes(96)}};
  parts.rows_per_strip = 4;
  const Bytes tiff = make_tiff(parts);
  EXPECT_EQ(decoded(tiff).image.width, 8);
  for (std::size_t length = 0; length + 4 < tiff.size(); ++length) {  // the directory is at the end
    EXPECT_THROW(decoded(std::span(tiff).first(length)), std::runtime_error) << length;
  }
  parts.chunks[1].resize(95);
  expect_refused(parts, "libtiff refuses it: ");
}

TEST(TiffDecoderTest, HoldsSizeMemoryAndTime) {
  TiffParts parts{.width = 30000, .height = 1, .chunks = {Bytes(90000)}};
  expect_refused(parts, "30000 x 1");
  parts.width = 200;
  parts.height = 150;
  expect_refused(parts, "memory", {.max_memory_bytes = 200'000});
  expect_refused(parts, "takes too long", {.max_seconds = 0});
  parts.tile = 160;
  parts.chunks.emplace_back(90000);
  expect_refused(parts, "takes too long", {.max_seconds = 0});
  // A chain of directories without an end: only the first is looked at.
  parts = grey(2, 8, to_bytes({1, 2}));
  parts.next_directory = 10;
  EXPECT_EQ(decoded(make_tiff(parts)).image.width, 2);
}

// What one call of libtiff may unpack is bounded: it doesn't look at the clock.
TEST(TiffDecoderTest, RefusesLargeChunks) {
  TiffParts parts{.width = 100, .height = 100, .compression = 8};
  parts.chunks = {Bytes((4 << 20) + 1)};
  expect_refused(parts, "4 MB of compressed data");
  parts = {.width = 100, .height = 100, .tile = 4096, .chunks = {Bytes(3 << 24)}};
  expect_refused(parts, "tiles are too large");
}

TEST(TiffDecoderTest, DamageIsHarmlessAndPrintsNothing) {
  TiffParts parts{.width = 8, .height = 8, .chunks = {Bytes(192)}};
  parts.more = {{338, {2}}, {274, {6}}};
  const Bytes whole = make_tiff(parts);
  ::testing::internal::CaptureStderr();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    try {
      EXPECT_GT(decoded(damaged).image.width, 0);
    } catch (const std::runtime_error& e) {
      EXPECT_STRNE(e.what(), "");
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace simdb
