#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/image/decoders_internal.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::append;
using test::Bytes;
using test::to_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Parts {
  int width = 0;
  int height = 0;
  int bits = 0;
  int compression = 0;
  int used = 0;     // colours of the palette
  Bytes more = {};  // the rest of a longer header, masks, the palette
  Bytes pixels = {};
  int info_bytes = 40;
};

Bytes little(std::int64_t value, int length) {
  Bytes bytes;
  for (int i = 0; i < length; ++i) bytes.push_back(std::byte(value >> 8 * i & 0xFF));
  return bytes;
}

Bytes bmp_of(const Parts& parts) {
  const bool core = parts.info_bytes == 12;
  Bytes info = little(parts.info_bytes, 4);
  append(info, little(parts.width, core ? 2 : 4));
  append(info, little(parts.height, core ? 2 : 4));
  append(info, little(1, 2));
  append(info, little(parts.bits, 2));
  if (!core) {
    append(info, little(parts.compression, 4));
    append(info, Bytes(12));
    append(info, little(parts.used, 4));
    append(info, Bytes(4));
  }
  append(info, parts.more);
  Bytes bmp = to_bytes("BM");
  append(bmp, Bytes(8));
  append(bmp, little(static_cast<std::int64_t>(14 + info.size()), 4));
  append(bmp, info);
  append(bmp, parts.pixels);
  return bmp;
}

Image decoded(const Bytes& bmp) {
  DecodeBudget budget({}, bmp.size());
  return decode_bmp(bmp, budget);
}

void expect_refused(const Bytes& bmp, const std::string& why) {
  EXPECT_THAT([&] { decoded(bmp); }, ThrowsMessage<std::runtime_error>(HasSubstr(why)));
}

const Bytes kRedAndGreen = to_bytes({0, 0, 255, 0, 0, 255, 0, 0});
const Bytes kTwoGreys = to_bytes({10, 10, 10, 0, 20, 20, 20, 0});

TEST(BmpDecoderTest, PackedColoursOfAPalette) {
  Parts parts{.width = 3, .height = 1, .bits = 1, .more = kRedAndGreen};
  parts.pixels = to_bytes({0b01000000, 0, 0, 0});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(255, 0, 0, 0, 255, 0, 255, 0, 0));
  parts.bits = 4;
  parts.used = 2;
  parts.pixels = to_bytes({0x10, 0x1F, 0, 0});  // three of four; 15 is not used
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(0, 255, 0, 255, 0, 0, 0, 255, 0));
  parts.bits = 8;
  parts.more = kTwoGreys;
  parts.pixels = to_bytes({1, 0, 200, 0});
  const Image grey = decoded(bmp_of(parts));
  EXPECT_EQ(grey.channels, 1);
  EXPECT_THAT(grey.pixels, ElementsAre(20, 10, 0)) << "what the palette lacks is black";
}

TEST(BmpDecoderTest, TheOldestHeaderHasColoursToo) {
  Parts parts{.width = 2, .height = 1, .bits = 1, .info_bytes = 12};
  parts.more = to_bytes({0, 0, 255, 0, 255, 0});
  parts.pixels = to_bytes({0b01000000, 0, 0, 0});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(255, 0, 0, 0, 255, 0));
  parts.bits = 24;
  parts.more = {};
  parts.pixels = to_bytes({1, 2, 3, 4, 5, 6, 0, 0});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(3, 2, 1, 6, 5, 4));
}

TEST(BmpDecoderTest, RowsFromBelowOrFromAbove) {
  Parts parts{.width = 1, .height = 2, .bits = 24};
  parts.pixels = to_bytes({1, 2, 3, 0, 4, 5, 6, 0});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(6, 5, 4, 3, 2, 1));
  parts.height = -2;
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(3, 2, 1, 6, 5, 4));
}

TEST(BmpDecoderTest, SixteenBitsWithMasksAndWithout) {
  Parts parts{.width = 2, .height = 1, .bits = 16};
  parts.pixels = to_bytes({0xFF, 0x7F, 0x00, 0xFC});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(248, 248, 248, 248, 0, 0));
  parts.compression = 3;
  parts.more = little(0xF800, 4);
  append(parts.more, little(0x07E0, 4));
  append(parts.more, little(0x001F, 4));
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(120, 252, 248, 248, 128, 0));
}

TEST(BmpDecoderTest, OnlyAMaskMakesTheFourthByteAlpha) {
  Parts parts{.width = 1, .height = 1, .bits = 32, .pixels = to_bytes({1, 2, 3, 4})};
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(3, 2, 1));
  parts.compression = 3;
  parts.info_bytes = 56;
  for (const std::int64_t mask : {0xFF, 0xFF00, 0xFF0000, 0}) append(parts.more, little(mask, 4));
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(1, 2, 3));
  parts.more.back() = std::byte{0xFF};
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(1, 2, 3, 4));
  parts.pixels.back() = std::byte{0};
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(1, 2, 3, 255)) << "nobody saves nothing";
}

TEST(BmpDecoderTest, RunsOfEightBits) {
  Parts parts{.width = 4, .height = 3, .bits = 8, .compression = 1, .used = 2, .more = kTwoGreys};
  // Two alike and the end of the row; right 2 and up 1; three as they are, filled up.
  parts.pixels = to_bytes({2, 1, 0, 0, 0, 2, 1, 1, 0, 3, 1, 0, 1, 0, 0, 1});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels,
              ElementsAre(10, 20, 10, 20, 10, 10, 10, 10, 20, 20, 10, 10));
  parts.pixels = to_bytes({4, 1, 0, 0, 4, 0, 0, 0, 4, 1});  // without a mark of the end
  EXPECT_THAT(decoded(bmp_of(parts)).pixels,
              ElementsAre(20, 20, 20, 20, 10, 10, 10, 10, 20, 20, 20, 20));
}

TEST(BmpDecoderTest, RunsOfFourBits) {
  Parts parts{.width = 5, .height = 1, .bits = 4, .compression = 2, .used = 2, .more = kTwoGreys};
  parts.pixels = to_bytes({5, 0x10});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(20, 10, 20, 10, 20));
  parts.pixels = to_bytes({0, 5, 0x01, 0x10, 0x10, 0});
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, ElementsAre(10, 20, 20, 10, 20));
}

TEST(BmpDecoderTest, RunsThatLeaveThePicture) {
  Parts parts{.width = 4, .height = 2, .bits = 8, .compression = 1, .used = 2, .more = kTwoGreys};
  for (const auto& pixels : {to_bytes({5, 1, 0, 1}), to_bytes({2, 1, 3, 1, 0, 1}),
                             to_bytes({0, 5, 1, 1, 1, 1, 1, 0, 0, 1}), to_bytes({0, 2, 5, 0})}) {
    parts.pixels = pixels;
    expect_refused(bmp_of(parts), "damaged");
  }
  for (const auto& pixels : {to_bytes({1}), to_bytes({1, 1}), to_bytes({0, 2, 1}),
                             to_bytes({0, 4, 1, 1, 1}), to_bytes({4, 1, 0, 0, 3, 1})}) {
    parts.pixels = pixels;
    expect_refused(bmp_of(parts), "truncated");
  }
  parts.pixels = to_bytes({0, 2, 0, 255, 1, 1});  // up and away is an end
  EXPECT_THAT(decoded(bmp_of(parts)).pixels, testing::Each(10));
}

TEST(BmpDecoderTest, RefusesHeadersThatMakeNoSense) {
  const Bytes bmp = test::encode_as(test::noise_image(20, 13, 3, 1), ".bmp");
  EXPECT_EQ(decoded(bmp).width, 20);
  for (const auto& [at, value] : {std::pair{14, 16}, std::pair{30, 4}, std::pair{30, 255},
                                  std::pair{18, 0}, std::pair{21, 255}, std::pair{22, 0}}) {
    Bytes odd = bmp;
    odd[at] = static_cast<std::byte>(value);
    expect_refused(odd, "header");
  }
  for (const auto& [at, value] : {std::pair{28, 7}, std::pair{28, 0}, std::pair{30, 1}}) {
    Bytes odd = bmp;
    odd[at] = static_cast<std::byte>(value);
    expect_refused(odd, "damaged");
  }
  Bytes grey = test::encode_as(test::noise_image(48, 32, 1, 1), ".bmp");
  grey[47] = std::byte{2};  // colours in the palette: 512 and more
  expect_refused(grey, "the image data is damaged");
}

TEST(BmpDecoderTest, SeesEveryTruncationAndNoLengthInTheHeader) {
  for (const int channels : {1, 3}) {
    Bytes bmp = test::encode_as(test::noise_image(20, 13, channels, 1), ".bmp");
    for (std::size_t length = 0; length < bmp.size(); ++length) {
      expect_refused(Bytes(bmp.begin(), bmp.begin() + static_cast<std::ptrdiff_t>(length)),
                     "truncated");
    }
    for (std::size_t i = 2; i < 6; ++i) bmp[i] = std::byte{0x7F};  // the file's size
    EXPECT_EQ(decoded(bmp).channels, channels);
  }
}

}  // namespace
}  // namespace simdb
