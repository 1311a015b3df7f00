#include "encoder/training/photographs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/file_io.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

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

/// A photograph of something small before a white wall.
Image on_white(int side, unsigned seed) {
  const Image object = test::natural_image(side / 3, seed);
  Image image = test::solid_image(side, side, {255, 255, 255});
  for (int y = 0; y < object.height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    std::copy_n(object.pixels.begin() + static_cast<std::ptrdiff_t>(row * object.width * 3),
                object.width * 3,
                image.pixels.begin() +
                    static_cast<std::ptrdiff_t>(((row + side / 3) * side + side / 4) * 3));
  }
  return image;
}

TEST(PhotographsTest, ANaturalImageIsOneAtEverySizeOfAnInput) {
  for (const int side : {28, 48, 96, 224}) {
    EXPECT_TRUE(looks_like_photograph(test::natural_image(side, 1).pixels, square(side))) << side;
  }
}

TEST(PhotographsTest, AUniformBackgroundDoesNotCount) {
  for (const int side : {96, 224}) {
    EXPECT_TRUE(looks_like_photograph(on_white(side, 1).pixels, square(side))) << side;
  }
}

TEST(PhotographsTest, ShapesNoiseAndOneColourAreNone) {
  for (const int side : {28, 48, 96}) {
    const InputSpec input = square(side);
    EXPECT_FALSE(looks_like_photograph(shape(side), input)) << side;
    EXPECT_FALSE(looks_like_photograph(test::solid_image(side, side, {9, 80, 200}).pixels, input));
  }
  EXPECT_FALSE(looks_like_photograph(test::noise_image(48, 48, 3, 5).pixels, square(48)));
}

TEST(PhotographsTest, GreyOrTinyImagesAreNone) {
  InputSpec grey = square(48);
  grey.channels = 1;
  Pixels pixels;
  const Pixels colored = test::natural_image(48, 2).pixels;
  for (std::size_t i = 0; i < colored.size(); i += 3) pixels.push_back(colored[i]);
  EXPECT_FALSE(looks_like_photograph(pixels, grey));
  EXPECT_FALSE(looks_like_photograph(test::natural_image(16, 2).pixels, square(16)));
}

TEST(PhotographsTest, HalfOfTheImagesDecide) {
  LabeledImages images;
  images.input = square(48);
  EXPECT_FALSE(looks_like_photographs(images));
  const auto add = [&](const Pixels& pixels) {
    images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
    images.labels.push_back(0);
  };
  add(test::natural_image(48, 3).pixels);
  add(test::natural_image(48, 4).pixels);
  add(shape(48));
  add(shape(48));
  EXPECT_TRUE(looks_like_photographs(images));
  add(shape(48));
  EXPECT_FALSE(looks_like_photographs(images));
}

TEST(PhotographsTest, FilesAreToldBeforeAllAreRead) {
  const test::TemporaryFolder folder;
  std::vector<std::filesystem::path> files;
  const auto add = [&](const Image& image, const std::string& extension) {
    files.push_back(folder / (std::to_string(files.size()) + extension));
    write_file_atomic(files.back(), test::encode_as(image, extension));
  };
  EXPECT_FALSE(are_photographs(files));
  for (unsigned i = 0; i < 3; ++i) add(test::natural_image(128, i), ".jpg");
  for (int i = 0; i < 3; ++i) add(test::solid_image(60, 60, {200, 30, 9}), ".png");
  EXPECT_TRUE(are_photographs(files));
  files.push_back(folder / "missing.jpg");  // says nothing
  EXPECT_TRUE(are_photographs(files));
  add(test::solid_image(60, 60, {200, 30, 9}), ".png");
  EXPECT_FALSE(are_photographs(files));
}

TEST(PhotographsTest, GreyFilesCountIfTheyAreLarge) {
  const test::TemporaryFolder folder;
  const std::vector<std::filesystem::path> files = {folder / "grey.png"};
  for (const int side : {48, 96}) {
    Image grey{side, side, 1, {}};
    const Image colored = test::natural_image(side, 3);
    for (std::size_t i = 0; i < colored.pixels.size(); i += 3) {
      const int sum = colored.pixels[i] + colored.pixels[i + 1] + colored.pixels[i + 2];
      grey.pixels.push_back(static_cast<std::uint8_t>(sum / 3));
    }
    write_file_atomic(files[0], encode_png(grey));
    EXPECT_EQ(are_photographs(files), side == 96) << side;
  }
}

}  // namespace
}  // namespace simdb::training
