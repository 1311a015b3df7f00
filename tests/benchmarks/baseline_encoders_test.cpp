#include "benchmarks/baseline_encoders.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb::bench {
namespace {

TEST(BaselineEncodersTest, HistogramsSeeColoursAndNotPlaces) {
  const auto encoder = baseline_encoder("histogram");
  Image left = test::solid_image(64, 64, {255, 0, 0});
  Image right = left;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 32; ++x) {
      left.pixels[static_cast<std::size_t>((y * 64 + x) * 3 + 2)] = 255;
      right.pixels[static_cast<std::size_t>((y * 64 + x + 32) * 3 + 2)] = 255;
    }
  }
  const EmbeddingBatch rows =
      encoder->encode(std::vector{left, right, test::solid_image(64, 64, {0, 255, 0})});
  EXPECT_NEAR(similarity(rows.row(0), rows.row(1)), 1, 1e-6);
  EXPECT_NEAR(similarity(rows.row(0), rows.row(2)), 0, 1e-6);
  const auto pixels = baseline_encoder("pixels")->encode(std::vector{left, right});
  EXPECT_LT(similarity(pixels.row(0), pixels.row(1)), 0.8);
}

TEST(BaselineEncodersTest, ImagesOfOneGreyHaveAPlaceToo) {
  EXPECT_EQ(
      baseline_encoder("pixels")->encode(std::vector{test::solid_image(9, 9, {7, 7, 7})}).rows(),
      1U);
}

TEST(BaselineEncodersTest, OtherNamesAreRefused) {
  EXPECT_EQ(test::code_of([] { baseline_encoder("magic"); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::bench
