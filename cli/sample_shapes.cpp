#include "cli/sample_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <numbers>
#include <random>
#include <vector>

#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::cli {
namespace {

constexpr std::array kShapes = {Shape::kCircle, Shape::kRectangle, Shape::kTriangle};
constexpr int kSubsamples = 4;  // a side of a pixel, for anti-aliasing
constexpr std::size_t kMaxColors = 64;

const char* name_of(Shape shape) {
  switch (shape) {
    case Shape::kCircle:
      return "circle";
    case Shape::kRectangle:
      return "rectangle";
    case Shape::kTriangle:
      return "triangle";
  }
  return "";
}

// The standard fixes the engine's output but not the distributions', so numbers are made from its
// bits.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }

 private:
  std::mt19937_64 engine_;
};

struct Point {
  double x = 0;
  double y = 0;
};

// The corners of a convex outline around the origin; a circle is a polygon with many.
std::vector<Point> outline(Shape shape, double radius, Random& random) {
  const double turn = random.between(0, 2 * std::numbers::pi);
  std::vector<double> angles;
  if (shape == Shape::kCircle) {
    for (int i = 0; i < 64; ++i) angles.push_back(2 * std::numbers::pi * i / 64);
  } else if (shape == Shape::kTriangle) {
    for (int i = 0; i < 3; ++i) angles.push_back(2 * std::numbers::pi * i / 3);
  } else {
    const double half = random.between(0.18, 0.25) * std::numbers::pi;  // pi / 4 is a square
    angles = {half, std::numbers::pi - half, std::numbers::pi + half, -half};
  }
  std::vector<Point> corners;
  corners.reserve(angles.size());
  for (const double angle : angles) {
    corners.push_back({radius * std::cos(angle + turn), radius * std::sin(angle + turn)});
  }
  return corners;
}

// True inside a convex outline whose corners go round counter-clockwise.
bool contains(const std::vector<Point>& corners, Point point) {
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point& a = corners[i];
    const Point& b = corners[(i + 1) % corners.size()];
    if ((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) < 0) return false;
  }
  return true;
}

// Share of the pixel that the outline covers.
double coverage(const std::vector<Point>& corners, int x, int y) {
  int inside = 0;
  for (int i = 0; i < kSubsamples * kSubsamples; ++i) {
    const int column = i % kSubsamples;
    const int row = i / kSubsamples;
    const Point point{x + (column + 0.5) / kSubsamples, y + (row + 0.5) / kSubsamples};
    inside += contains(corners, point) ? 1 : 0;
  }
  return inside / static_cast<double>(kSubsamples * kSubsamples);
}

std::uint8_t blend(std::uint8_t color, double share) {
  return static_cast<std::uint8_t>(std::lround(255 - share * (255 - color)));
}

std::uint8_t from_hue(double hue, double offset) {
  const double distance = std::abs(std::fmod(hue + offset, 6.0) - 3);
  return static_cast<std::uint8_t>(std::lround(230 * std::clamp(distance - 1, 0.0, 1.0)));
}

std::string class_of(Shape shape, const Color& color, ClassBy by) {
  if (by == ClassBy::kColor) return color.name;
  if (by == ClassBy::kShape) return name_of(shape);
  return color.name + "_" + name_of(shape);
}

void require_in_range(const SampleOptions& options) {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw Error(ErrorCode::kUsage, std::string("can't draw sample data: ") + what);
  };
  require(options.colors >= 1 && options.colors <= kMaxColors, "1 to 64 colors are possible");
  require(options.count >= 1 && options.count <= 100000,
          "1 to 100,000 images per shape and color are possible");
  require(options.size >= 8 && options.size <= 1024, "8 to 1024 pixels per side are possible");
}

void write_png(const std::filesystem::path& path, const Image& image) {
  const std::vector<std::byte> bytes = encode_png(image);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Error(ErrorCode::kIo, "can't write " + path.string());
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::kIo,
                "can't create the folder " + folder.string() + ": " + error.message());
  }
}

}  // namespace

Color sample_color(std::size_t n) {
  static const std::array<Color, 8> kNamed = {{{"red", 230, 25, 25},
                                               {"green", 25, 160, 45},
                                               {"blue", 35, 70, 220},
                                               {"yellow", 240, 200, 20},
                                               {"purple", 145, 30, 180},
                                               {"cyan", 30, 190, 210},
                                               {"orange", 245, 130, 20},
                                               {"brown", 130, 80, 30}}};
  if (n < kNamed.size()) return kNamed[n];
  const double share =
      static_cast<double>(n - kNamed.size()) / static_cast<double>(kMaxColors - kNamed.size());
  const double hue = 6 * share;
  return {fmt::format("hue{:03}", std::lround(360 * share)), from_hue(hue, 0), from_hue(hue, 4),
          from_hue(hue, 2)};
}

Image draw_shape(Shape shape, const Color& color, int size, std::uint64_t seed) {
  Random random(seed);
  const double radius = size * random.between(0.18, 0.42);
  std::vector<Point> corners = outline(shape, radius, random);
  const double x = random.between(radius, size - radius);
  const double y = random.between(radius, size - radius);
  for (Point& corner : corners) corner = {corner.x + x, corner.y + y};

  Image image{size, size, 3, {}};
  image.pixels.reserve(static_cast<std::size_t>(size) * size * 3);
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const double share = coverage(corners, column, row);
      for (const std::uint8_t channel : {color.red, color.green, color.blue}) {
        image.pixels.push_back(blend(channel, share));
      }
    }
  }
  return image;
}

std::size_t write_sample_tree(const std::filesystem::path& folder, const SampleOptions& options) {
  require_in_range(options);
  std::size_t written = 0;
  for (std::size_t c = 0; c < options.colors; ++c) {
    const Color color = sample_color(c);
    for (const Shape shape : kShapes) {
      const std::filesystem::path place = folder / class_of(shape, color, options.class_by);
      make_folder(place);
      for (std::size_t n = 0; n < options.count; ++n) {
        const std::uint64_t seed =
            (options.seed * 3 + static_cast<std::uint64_t>(shape)) * 1'000'003 + n;
        write_png(place / fmt::format("{}_{}_{}.png", name_of(shape), color.name, n),
                  draw_shape(shape, color, options.size, seed));
        ++written;
      }
    }
  }
  return written;
}

}  // namespace simdb::cli
