#include "cli/sample_shapes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

constexpr Shape kAll[] = {Shape::kCircle, Shape::kRectangle, Shape::kTriangle};

// Share of the picture that the shape covers.
double covered(const Image& image) {
  double sum = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) sum += (255 - image.pixels[i]) / 255.0;
  return sum / (image.width * image.height);
}

TEST(DrawShape, IsTheSameForTheSameSeed) {
  const Color black{"black", 0, 0, 0};
  for (const Shape shape : kAll) {
    EXPECT_EQ(draw_shape(shape, black, 28, 7).pixels, draw_shape(shape, black, 28, 7).pixels);
    EXPECT_NE(draw_shape(shape, black, 28, 7).pixels, draw_shape(shape, black, 28, 8).pixels);
  }
}

TEST(DrawShape, IsTheSameOnEveryMachine) {
  const Image image = draw_shape(Shape::kTriangle, sample_color(0), 28, 1);
  EXPECT_EQ(to_hex(sha256(std::as_bytes(std::span(image.pixels)))).substr(0, 16),
            "88588f9813e7f896");
}

TEST(DrawShape, LiesInsideThePictureInItsColor) {
  const Color black{"black", 0, 0, 0};
  for (const Shape shape : kAll) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const Image image = draw_shape(shape, black, 40, seed);
      const double share = covered(image);
      EXPECT_GT(share, 0.03);
      EXPECT_LT(share, 0.6);
      const auto at = [&](int x, int y) {
        return image.pixels[static_cast<std::size_t>(y * 40 + x) * 3];
      };
      EXPECT_EQ(at(0, 0), 255);
      EXPECT_EQ(at(39, 39), 255);
    }
  }
}

TEST(DrawShape, CoversWhatItsGeometrySays) {
  // A circle covers pi r^2, whatever its place.
  const Color black{"black", 0, 0, 0};
  const Image image = draw_shape(Shape::kCircle, black, 200, 3);
  int widest = 0;
  for (int y = 0; y < 200; ++y) {
    int row = 0;
    for (int x = 0; x < 200; ++x)
      row += image.pixels[static_cast<std::size_t>(y * 200 + x) * 3] < 128 ? 1 : 0;
    widest = std::max(widest, row);
  }
  const double radius = widest / 2.0;
  EXPECT_NEAR(covered(image) * 200 * 200, 3.1416 * radius * radius, 0.03 * 200 * 200);
}

TEST(SampleColor, EveryColorHasANameAndAHueOfItsOwn) {
  std::set<std::string> names;
  std::set<std::array<int, 3>> values;
  for (std::size_t n = 0; n < 64; ++n) {
    const Color color = sample_color(n);
    names.insert(color.name);
    values.insert({color.red, color.green, color.blue});
  }
  EXPECT_EQ(names.size(), 64U);
  EXPECT_EQ(values.size(), 64U);
}

TEST(WriteSampleTree, DrawsEveryShapeInEveryColor) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(write_sample_tree(folder / "a", {.colors = 4, .count = 2, .size = 16}), 24U);
  const SourceImage image = load_image(folder / "a/yellow/rectangle_yellow_1.png");
  EXPECT_EQ(image.image.width, 16);
  EXPECT_EQ(write_sample_tree(folder / "b", {.colors = 1, .count = 1, .class_by = ClassBy::kShape}),
            3U);
  EXPECT_TRUE(std::filesystem::exists(folder / "b/circle/circle_red_0.png"));
  write_sample_tree(folder / "c", {.colors = 1, .count = 1, .class_by = ClassBy::kBoth});
  EXPECT_TRUE(std::filesystem::exists(folder / "c/red_circle/circle_red_0.png"));
}

TEST(WriteSampleTree, RefusesOptionsOutOfRange) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(write_sample_tree(folder / "a", {.colors = 0}), Error);
  EXPECT_THROW(write_sample_tree(folder / "a", {.colors = 65}), Error);
  EXPECT_THROW(write_sample_tree(folder / "a", {.count = 0}), Error);
  EXPECT_THROW(write_sample_tree(folder / "a", {.size = 4}), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

}  // namespace
}  // namespace simdb::cli
