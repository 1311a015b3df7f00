#include "encoder/image/decode_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encoder/image/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kPixels = std::uint64_t{6000} * 4000;
constexpr std::uint64_t kFileBytes = 10u << 20;

DecodeCost cost_of(ImageHeader header) {
  header.width = 6000;
  header.height = 4000;
  return estimate_decode_cost(header, kFileBytes);
}

TEST(DecodeCostTest, CountsFilePixelsAndACopy) {
  const DecodeCost rgb = cost_of({.format = ImageFormat::kPng, .channels = 3});
  EXPECT_EQ(rgb.memory_bytes, kFileBytes + 3 * kPixels + kPixels);
  const DecodeCost rgba = cost_of({.format = ImageFormat::kPng, .channels = 4});
  EXPECT_EQ(rgba.memory_bytes, kFileBytes + 4 * kPixels + 4 * kPixels);
  EXPECT_EQ(rgb.seconds, 0);
}

TEST(DecodeCostTest, AProgressiveJpegKeepsItsCoefficients) {
  JpegEffort effort{.coefficients = 3 * kPixels, .scanned = 3 * kPixels, .scans = 1};
  const DecodeCost plain = cost_of({.format = ImageFormat::kJpeg, .jpeg = effort});
  effort.kept = true;
  effort.scanned *= 5;
  const DecodeCost progressive = cost_of({.format = ImageFormat::kJpeg, .jpeg = effort});
  EXPECT_EQ(progressive.memory_bytes, kFileBytes + 3 * kPixels + 6 * kPixels);
  EXPECT_LT(plain.memory_bytes, kFileBytes + 5 * kPixels);
  EXPECT_GT(progressive.seconds, plain.seconds);
  effort.arithmetic = true;
  EXPECT_GT(cost_of({.format = ImageFormat::kJpeg, .jpeg = effort}).seconds,
            10 * progressive.seconds);
}

TEST(DecodeCostTest, OnlyAJpegOnItsSideNeedsASecondPicture) {
  const auto memory = [](int orientation) {
    const ImageHeader header{
        .format = ImageFormat::kJpeg, .width = 6000, .height = 4000, .orientation = orientation};
    return estimate_decode_cost(header, kFileBytes).memory_bytes;
  };
  EXPECT_EQ(memory(4), memory(1));
  EXPECT_EQ(memory(5), kFileBytes + 2 * 3 * kPixels);
}

TEST(DecodeCostTest, LosslessWebpIsDecodedThroughWiderPixels) {
  const DecodeCost lossy = cost_of({.format = ImageFormat::kWebp});
  const DecodeCost lossless = cost_of({.format = ImageFormat::kWebp, .lossless = true});
  EXPECT_EQ(lossless.memory_bytes, kFileBytes + 3 * kPixels + 5 * kPixels);
  EXPECT_LT(lossy.memory_bytes, lossless.memory_bytes);
  EXPECT_LT(lossy.seconds, lossless.seconds);
}

// What cameras and phones write must be taken: 24 megapixels from a camera, 48 from a phone.
TEST(DecodeCostTest, CameraPicturesAreAffordable) {
  const ImageLimits limits;
  JpegEffort effort{.coefficients = 3 * kPixels, .scanned = 3 * kPixels, .scans = 1};
  const ImageHeader camera{.format = ImageFormat::kJpeg,
                           .width = 6000,
                           .height = 4000,
                           .orientation = 6,
                           .jpeg = effort};
  const DecodeCost cost = estimate_decode_cost(camera, 20u << 20);
  EXPECT_LT(cost.memory_bytes, limits.max_memory_bytes);
  EXPECT_LT(cost.seconds, limits.max_seconds);
  effort.coefficients = effort.scanned = 3 * kPixels;  // 4:2:0 of twice the pixels
  const ImageHeader phone{
      .format = ImageFormat::kJpeg, .width = 8000, .height = 6000, .jpeg = effort};
  const DecodeCost phone_cost = estimate_decode_cost(phone, 24u << 20);
  EXPECT_LT(phone_cost.memory_bytes, limits.max_memory_bytes);
  EXPECT_LT(phone_cost.seconds, limits.max_seconds);
}

TEST(DecodeCostTest, TheCodecHoldsMemoryTimeAndScans) {
  const test::Bytes jpeg = test::encode_progressive_jpeg(test::noise_image(200, 200, 3, 1));
  const auto message = [&](const ImageLimits& limits) {
    const Error error = test::error_of([&] { decode_image(jpeg, "a.jpg", limits); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return std::string(error.what());
  };
  EXPECT_NO_THROW(decode_image(jpeg, "a.jpg"));
  EXPECT_THAT(message({.max_memory_bytes = 300000}),
              AllOf(HasSubstr("a.jpg"), HasSubstr("200 x 200"), HasSubstr("MB")));
  EXPECT_THAT(message({.max_seconds = 1e-5}),
              AllOf(HasSubstr("a.jpg"), HasSubstr(" s, the limit")));
  EXPECT_THAT(message({.max_scans = 3}), AllOf(HasSubstr("a.jpg"), HasSubstr("scans")));
}

}  // namespace
}  // namespace simdb
