#include "encoder/training/photographs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/images.h"

namespace simdb::training {
namespace {

using Pixels = std::vector<std::uint8_t>;

InputSpec square(int side) {
  InputSpec input;
  input.width = input.height = side;
  return input;
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

/// As photographs are: octaves of smooth noise, finer ones weaker, in three channels that mostly
/// move together.
Pixels natural(int side, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> sums(static_cast<std::size_t>(side) * side * 3, 128.0);
  for (int cells = 2; cells <= side; cells *= 2) {
    const double amount = 60.0 * 2 / cells + 6;
    std::vector<double> knots(static_cast<std::size_t>(cells + 1) * (cells + 1) * 3);
    for (std::size_t k = 0; k < knots.size(); k += 3) {
      const double shared = normal(random);
      for (std::size_t c = 0; c < 3; ++c) knots[k + c] = amount * (shared + 0.5 * normal(random));
    }
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const double u = static_cast<double>(x) * cells / side;
        const double v = static_cast<double>(y) * cells / side;
        const int i = static_cast<int>(u);
        const int j = static_cast<int>(v);
        const auto knot = [&](int column, int row, int c) {
          return knots[(static_cast<std::size_t>(row) * (cells + 1) + column) * 3 + c];
        };
        for (int c = 0; c < 3; ++c) {
          const double top = knot(i, j, c) * (i + 1 - u) + knot(i + 1, j, c) * (u - i);
          const double low = knot(i, j + 1, c) * (i + 1 - u) + knot(i + 1, j + 1, c) * (u - i);
          sums[(static_cast<std::size_t>(y) * side + x) * 3 + c] +=
              top * (j + 1 - v) + low * (v - j);
        }
      }
    }
  }
  Pixels pixels;
  for (const double sum : sums) pixels.push_back(to_byte(sum));
  return pixels;
}

/// A filled circle, anti-aliased, on white.
Pixels shape(int side) {
  Pixels pixels;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double inside =
          std::clamp(side / 3.0 - std::hypot(x - side / 2.0, y - side / 2.0), 0.0, 1.0);
      for (const double color : {200.0, 40.0, 90.0}) {
        pixels.push_back(to_byte(255 + (color - 255) * inside));
      }
    }
  }
  return pixels;
}

Pixels gradient(int side) {
  Pixels pixels;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      pixels.push_back(to_byte(255.0 * x / side));
      pixels.push_back(to_byte(255.0 * y / side));
      pixels.push_back(to_byte(255.0 * (x + y) / (2 * side)));
    }
  }
  return pixels;
}

TEST(PhotographsTest, ANaturalImageIsOneAtEverySizeOfAnInput) {
  for (const int side : {28, 48, 96, 224}) {
    EXPECT_TRUE(looks_like_photograph(natural(side, 1), square(side))) << side;
  }
}

TEST(PhotographsTest, ShapesGradientsNoiseAndOneColourAreNone) {
  for (const int side : {28, 48, 96}) {
    const InputSpec input = square(side);
    EXPECT_FALSE(looks_like_photograph(shape(side), input)) << side;
    EXPECT_FALSE(looks_like_photograph(gradient(side), input)) << side;
    EXPECT_FALSE(looks_like_photograph(test::solid_image(side, side, {9, 80, 200}).pixels, input));
  }
  EXPECT_FALSE(looks_like_photograph(test::noise_image(48, 48, 3, 5).pixels, square(48)));
}

TEST(PhotographsTest, GreyOrTinyImagesAreNone) {
  InputSpec grey = square(48);
  grey.channels = 1;
  Pixels pixels;
  const Pixels colored = natural(48, 2);
  for (std::size_t i = 0; i < colored.size(); i += 3) pixels.push_back(colored[i]);
  EXPECT_FALSE(looks_like_photograph(pixels, grey));
  EXPECT_FALSE(looks_like_photograph(natural(16, 2), square(16)));
}

TEST(PhotographsTest, HalfOfTheImagesDecide) {
  LabeledImages images;
  images.input = square(48);
  EXPECT_FALSE(looks_like_photographs(images));
  const auto add = [&](const Pixels& pixels) {
    images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
    images.labels.push_back(0);
  };
  add(natural(48, 3));
  add(natural(48, 4));
  add(shape(48));
  add(gradient(48));
  EXPECT_TRUE(looks_like_photographs(images));
  add(shape(48));
  EXPECT_FALSE(looks_like_photographs(images));
}

}  // namespace
}  // namespace simdb::training
