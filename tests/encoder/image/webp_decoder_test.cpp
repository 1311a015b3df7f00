#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "encoder/image/decoders_internal.h"
#include "encoder/image/webp_groups_internal.h"
#include "tests/support/hostile_images.h"

namespace simdb {
namespace {

using test::Bytes;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Image decoded(const Bytes& webp, const ImageLimits& limits = {}) {
  DecodeBudget budget(limits, webp.size());
  return decode_webp(webp, budget).image;
}

std::uint32_t groups_of(const Bytes& webp) { return count_webp_groups(webp, {{}, webp.size()}); }

// Pictures of many kinds: flat, with few colours, smooth, noisy, transparent.
Image picture(int kind, int side, unsigned seed) {
  Image image = test::noise_image(side, side + 7, kind % 2 == 0 ? 3 : 4, seed);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const auto place = static_cast<unsigned>(i / image.channels);
    const unsigned x = place % side;
    const unsigned y = place / side;
    std::uint8_t& value = image.pixels[i];
    const std::uint8_t smooth = static_cast<std::uint8_t>(x * (seed % 5) + y * (i % 3));
    if (kind < 2) value = static_cast<std::uint8_t>(seed);
    if (kind == 2 || kind == 3) value = static_cast<std::uint8_t>(value % (1 + seed % 7) * 40);
    if (kind == 4 || kind == 5) value = smooth;
    if (kind == 6 || kind == 7) value = (x / 32 + y / 32) % 2 == 0 ? smooth : value;
    if (i % 4 == 3 && image.channels == 4) value |= 1;  // or the colour may be lost
  }
  return image;
}

// Whatever libwebp writes is read as far as it must be, asks for few tables, and is taken.
TEST(WebpDecoderTest, EveryKindIsTakenAndAsksForFewTables) {
  std::uint32_t most = 0;
  for (int kind = 0; kind < 10; ++kind) {
    for (const int side : {1, 2, 17, 64, 300}) {
      const Image image = picture(kind, side, static_cast<unsigned>(kind * 1000 + side));
      const Bytes webp = test::encode_as(image, ".webp");
      const bool opaque = image.channels == 4 && decoded(webp).channels == 3;
      if (!opaque) {
        EXPECT_EQ(decoded(webp).pixels, image.pixels) << kind << " " << side;
      }
      const std::uint32_t lossless = groups_of(webp);
      EXPECT_GE(lossless, 1U);
      most = std::max(most, lossless);
      const Bytes lossy = test::encode_lossy_webp(image);
      EXPECT_LE(groups_of(lossy), lossless + 3);
      EXPECT_EQ(decoded(lossy).width, side);
    }
  }
  EXPECT_GT(most, 1U) << "none had several groups";
  EXPECT_LT(most, 100U);
}

TEST(WebpDecoderTest, RefusesManyTables) {
  const Bytes webp = test::make_webp_of_many_tables();
  EXPECT_EQ(groups_of(webp), 65536U);
  EXPECT_THAT([&] { decoded(webp); },
              ThrowsMessage<std::runtime_error>(HasSubstr("too much memory")));
  EXPECT_EQ(decoded(webp, {.max_memory_bytes = std::uint64_t{4} << 30, .max_seconds = 60}).width,
            1024);
}

TEST(WebpDecoderTest, RefusesAnAnimationAndEveryTruncation) {
  const Bytes webp = test::encode_as(picture(6, 20, 1), ".webp");
  EXPECT_THAT([&] { decoded(test::make_animated_webp(webp, 20, 27)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("animated")));
  for (const Bytes& whole : {webp, test::encode_lossy_webp(picture(7, 20, 1))}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_THAT([&] { decoded(cut); }, ThrowsMessage<std::runtime_error>(HasSubstr("truncated")))
          << length;
    }
  }
}

TEST(WebpDecoderTest, StopsWhenItsTimeIsUp) {
  for (const Bytes& webp :
       {test::encode_as(picture(6, 64, 1), ".webp"), test::encode_lossy_webp(picture(6, 64, 1))}) {
    EXPECT_THAT([&] { decoded(webp, {.max_seconds = 0}); },
                ThrowsMessage<std::runtime_error>(HasSubstr("takes too long")));
  }
}

TEST(WebpDecoderTest, DamageIsHarmless) {
  const Bytes whole = test::encode_as(picture(6, 64, 1), ".webp");
  std::mt19937 random(5);
  int damaged = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes mutant = whole;
    for (int i = 0; i < 4; ++i) mutant[20 + random() % 80] = static_cast<std::byte>(random());
    try {
      groups_of(mutant);
    } catch (const std::runtime_error&) {
      ++damaged;
    }
  }
  EXPECT_GT(damaged, 100);
}

}  // namespace
}  // namespace simdb
