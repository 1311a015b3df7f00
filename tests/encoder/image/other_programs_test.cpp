// Pictures that other programs wrote, against what other programs read in them:
// tests/data/pictures.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "core/file_io.h"
#include "simdb/image_codec.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr int kWidth = 12;
constexpr int kHeight = 8;
constexpr int kLevels = 2;  // how much they may differ

Image read(const fs::path& path) {
  return decode_image(read_file(path, 1 << 20), path.filename().string());
}

std::set<fs::path> pictures() {
  std::set<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(SIMDB_PICTURES)) {
    if (has_image_extension(entry.path()) && entry.path().filename() != "reference.png") {
      paths.insert(entry.path());
    }
  }
  return paths;
}

// Straight RGBA; colours that nobody sees are black.
std::array<int, 4> pixel_of(const Image& image, std::size_t i) {
  const std::uint8_t* pixel = &image.pixels[i * image.channels];
  const int alpha = image.channels == 4 ? pixel[3] : 255;
  if (alpha == 0) return {0, 0, 0, 0};
  const bool is_grey = image.channels == 1;
  return {pixel[0], pixel[is_grey ? 0 : 1], pixel[is_grey ? 0 : 2], alpha};
}

TEST(OtherProgramsTest, ReadTheSamePixels) {
  const Image reference = read(fs::path(SIMDB_PICTURES) / "reference.png");
  const std::set<fs::path> paths = pictures();
  ASSERT_GE(paths.size(), 50U);
  ASSERT_EQ(reference.width, kWidth);
  ASSERT_EQ(reference.height, kHeight * static_cast<int>(paths.size()));
  std::size_t first = 0;
  for (const fs::path& path : paths) {
    const Image image = read(path);
    ASSERT_EQ(image.width, kWidth) << path;
    ASSERT_EQ(image.height, kHeight) << path;
    int worst = 0;
    for (std::size_t i = 0; i < std::size_t{kWidth} * kHeight; ++i) {
      const auto ours = pixel_of(image, i);
      const auto theirs = pixel_of(reference, first + i);
      for (std::size_t c = 0; c < 4; ++c) worst = std::max(worst, std::abs(ours[c] - theirs[c]));
    }
    EXPECT_LE(worst, kLevels) << path.filename();
    first += std::size_t{kWidth} * kHeight;
  }
}

}  // namespace
}  // namespace simdb
