#include <gtest/gtest.h>

#include <random>

#include "encoder/image/image_codec.h"
#include "encoder/image/webp_tables_internal.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_images.h"

namespace simdb {
namespace {

using test::Bytes;

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
  }
  return image;
}

// Whatever libwebp writes is read as far as it must be, and asks for few tables.
TEST(WebpTablesTest, EncodersUseFew) {
  std::uint32_t most = 0;
  for (int kind = 0; kind < 10; ++kind) {
    for (const int side : {1, 2, 17, 64, 300}) {
      const auto seed = static_cast<unsigned>(kind * 1000 + side);
      const auto lossless = count_webp_tables(test::encode_as(picture(kind, side, seed), ".webp"));
      ASSERT_TRUE(lossless) << kind << " " << side;
      EXPECT_GE(*lossless, 1U);
      most = std::max(most, *lossless);
      const auto lossy = count_webp_tables(test::encode_lossy_webp(picture(kind, side, seed)));
      ASSERT_TRUE(lossy) << kind << " " << side;
      EXPECT_LE(*lossy, *lossless + 3);
    }
  }
  EXPECT_GT(most, 1U) << "none had several groups";
  EXPECT_LT(most, 100U);
}

TEST(WebpTablesTest, SeesManyAndTheCodecRefusesThem) {
  const Bytes webp = test::make_webp_of_many_tables();
  EXPECT_EQ(count_webp_tables(webp), 65536U);
  EXPECT_EQ(test::code_of([&] { decode_image(webp, "x"); }), ErrorCode::kBadInput);
  EXPECT_EQ(decode_image(webp, "x", {.max_memory_bytes = std::uint64_t{4} << 30}).width, 1024);
}

TEST(WebpTablesTest, DamageIsHarmless) {
  const Bytes whole = test::encode_as(picture(6, 64, 1), ".webp");
  std::mt19937 random(5);
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    count_webp_tables(cut);
  }
  int damaged = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes mutant = whole;
    for (int i = 0; i < 4; ++i) mutant[20 + random() % 80] = static_cast<std::byte>(random());
    if (!count_webp_tables(mutant)) ++damaged;
  }
  EXPECT_GT(damaged, 100);
}

}  // namespace
}  // namespace simdb
