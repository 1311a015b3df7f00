#include "encoder/model/pixel_scale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

TEST(PixelScaleTest, NamesAreRead) {
  for (const PixelScale scale : kPixelScales) {
    EXPECT_EQ(parse_pixel_scale(to_text(scale)), scale);
  }
  EXPECT_EQ(parse_pixel_scale("auto"), PixelScale::kAuto);
  EXPECT_EQ(test::code_of([] { parse_pixel_scale("x"); }), ErrorCode::kUsage);
}

TEST(PixelScaleTest, SetsWhatTheNamesSay) {
  InputSpec input{.width = 1, .height = 1};
  const auto seen = [&](PixelScale scale, std::uint8_t pixel) {
    set_pixel_scale(scale, input);
    std::vector<float> planes(3);
    normalize_pixels(std::vector<std::uint8_t>(3, pixel), input, planes);
    return planes[0];
  };
  EXPECT_FLOAT_EQ(seen(PixelScale::kNone, 0), 0);
  EXPECT_FLOAT_EQ(seen(PixelScale::kNone, 255), 1);
  EXPECT_FLOAT_EQ(seen(PixelScale::kHalf, 0), -1);
  EXPECT_FLOAT_EQ(seen(PixelScale::kHalf, 255), 1);
  EXPECT_FLOAT_EQ(seen(PixelScale::kRaw, 0), 0);
  EXPECT_FLOAT_EQ(seen(PixelScale::kRaw, 255), 255);
  EXPECT_FLOAT_EQ(seen(PixelScale::kImageNet, 255), (1 - 0.485F) / 0.229F);
}

// Mirrored, and a fifth cut off at each edge: pixel by pixel.
Image mirrored_middle(const Image& image) {
  const int left = image.width / 5;
  const int top = image.height / 5;
  Image middle{image.width - 2 * left, image.height - 2 * top, 3, {}};
  middle.pixels.resize(static_cast<std::size_t>(middle.width) * middle.height * 3);
  for (int y = 0; y < middle.height; ++y) {
    for (int x = 0; x < middle.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int from = ((y + top) * image.width + image.width - 1 - (x + left)) * 3 + c;
        middle.pixels[static_cast<std::size_t>((y * middle.width + x) * 3 + c)] =
            image.pixels[static_cast<std::size_t>(from)];
      }
    }
  }
  return middle;
}

std::vector<std::vector<double>> centred_rows(const std::vector<float>& features,
                                              const std::vector<float>& of_images) {
  constexpr std::size_t kWidth = test::kBackboneFeatures;
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < features.size() / kWidth; ++i) {
    std::vector<double>& row = rows.emplace_back();
    double squares = 0;
    for (std::size_t j = 0; j < kWidth; ++j) {
      double mean = 0;
      for (std::size_t k = j; k < of_images.size(); k += kWidth) mean += of_images[k];
      mean /= static_cast<double>(of_images.size() / kWidth);
      row.push_back(features[i * kWidth + j] - mean);
      squares += row.back() * row.back();
    }
    for (double& value : row) value /= std::sqrt(squares);
  }
  return rows;
}

double naive_loss(const std::vector<Image>& images, InputSpec input, PixelScale scale) {
  set_pixel_scale(scale, input);
  const BackboneFeatures net(read_backbone(test::make_backbone({.input = input}), "net", input));
  std::vector<float> plain;
  std::vector<float> changed;
  InputSpec stretched = input;
  stretched.resize = ResizeRule::kStretch;
  for (const Image& image : images) {
    for (const float value : net.compute(image.pixels)) plain.push_back(value);
    const Image copy = fit_to_input(mirrored_middle(image), stretched);
    for (const float value : net.compute(copy.pixels)) changed.push_back(value);
  }
  const auto rows = centred_rows(plain, plain);
  const auto copies = centred_rows(changed, plain);
  double loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<double> logits;
    for (const auto& row : rows) {
      logits.push_back(std::inner_product(row.begin(), row.end(), copies[i].begin(), 0.0) / 0.2);
    }
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit);
    loss -= std::log(std::exp(logits[i]) / sum);
  }
  return loss / static_cast<double>(rows.size());
}

TEST(PixelScaleTest, TakesTheScaleThatRecognisesCopiesBest) {
  const InputSpec input{.width = 31, .height = 22};
  std::vector<Image> images;
  std::vector<std::uint8_t> pixels;
  for (unsigned i = 0; i < 12; ++i) {
    images.push_back(test::noise_image(31, 22, 3, i));
    for (std::size_t at = 0; at < images.back().pixels.size(); ++at) {
      auto& pixel = images.back().pixels[at];  // of a colour that differs from image to image
      pixel = static_cast<std::uint8_t>(pixel / 4 + (i * (at % 3 + 2) * 37) % 190);
    }
    pixels.insert(pixels.end(), images.back().pixels.begin(), images.back().pixels.end());
  }
  const BackboneFeatures net(read_backbone(test::make_backbone({.input = input}), "net", input));
  const FoundScale found = find_pixel_scale(net, pixels);
  double least = 1e300;
  for (std::size_t i = 0; i < kPixelScales.size(); ++i) {
    const double expected = naive_loss(images, input, kPixelScales[i]);
    EXPECT_NEAR(found.losses[i], expected, 1e-3) << to_text(kPixelScales[i]);
    least = std::min(least, expected);
  }
  const auto chosen = std::ranges::find(kPixelScales, found.scale) - kPixelScales.begin();
  EXPECT_NEAR(found.losses[static_cast<std::size_t>(chosen)], least, 1e-3);
  EXPECT_GT(*std::ranges::max_element(found.losses), least + 0.01);
}

TEST(PixelScaleTest, AFewImagesDoNotTell) {
  const InputSpec input{.width = 12, .height = 10};
  const BackboneFeatures net(read_backbone(test::make_backbone(), "net", input));
  const std::vector<std::uint8_t> pixels((kLeastScaleTrials - 1) * input.values());
  EXPECT_EQ(test::code_of([&] { find_pixel_scale(net, pixels); }), ErrorCode::kUsage);
}

TEST(PixelScaleTest, ImagesThatAreAllTheSameDoNoHarm) {
  const InputSpec input{.width = 12, .height = 10};
  const BackboneFeatures net(read_backbone(test::make_backbone(), "net", input));
  const std::vector<std::uint8_t> pixels(8 * input.values(), 200);
  EXPECT_NO_THROW(find_pixel_scale(net, pixels));
}

}  // namespace
}  // namespace simdb
