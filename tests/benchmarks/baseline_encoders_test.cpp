#include "benchmarks/baseline_encoders.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

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

TEST(BaselineEncodersTest, GradientsSeeEdgesAndNotColours) {
  const auto stripes = [](bool upright, std::uint8_t light) {
    Image image = test::solid_image(64, 64, {0, 0, 0});
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      const std::size_t pixel = i / 3;
      if ((upright ? pixel % 64 : pixel / 64) / 16 % 2 == 1) image.pixels[i] = light;
    }
    return image;
  };
  const auto hog = [](const Image& image) { return baseline_features("hog", image); };
  const auto product = [](const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) /
           std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                     std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
  };
  EXPECT_EQ(hog(stripes(true, 200)).size(), 1764U);
  EXPECT_GT(product(hog(stripes(true, 200)), hog(stripes(true, 90))), 0.999);
  EXPECT_LT(product(hog(stripes(true, 200)), hog(stripes(false, 200))), 0.1);
  EXPECT_EQ(baseline_features("pixels", stripes(true, 9)).size(), 3072U);
  EXPECT_EQ(baseline_features("hog+histogram", stripes(true, 9)).size(), 1764U + 512U);
  EXPECT_EQ(test::code_of([&] { baseline_features("magic", stripes(true, 9)); }),
            ErrorCode::kUsage);
}

TEST(BaselineEncodersTest, OtherNamesAreRefused) {
  EXPECT_EQ(test::code_of([] { baseline_encoder("magic"); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::bench
