#include "encoder/training/drawn_classes.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "encoder/training/augmentation.h"

namespace simdb::training {
namespace {

constexpr std::int64_t kImages = 24;  // of a class
constexpr int kFine = 3;              // points per side of a pixel
constexpr double kTurn = 2 * std::numbers::pi;

struct Point {
  double x = 0;
  double y = 0;
};
using Line = std::vector<Point>;

/// What the images of a class have in common, about the origin and about 1 in radius.
struct Figure {
  std::vector<Line> lines;  ///< contours filled by the even-odd rule, or strokes
  double thickness = 0;     ///< of strokes; 0: contours
  double angle = 0;
  bool turns = false;  ///< by any angle
};

class Pen {
 public:
  explicit Pen(std::uint64_t seed) : random_(seed) {}

  double between(double low, double high) {
    return std::uniform_real_distribution<>(low, high)(random_);
  }
  int whole(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }
  bool one_in(int n) { return whole(1, n) == 1; }

  Figure figure() {
    constexpr int kStrokes = 5;  // the last kind
    Figure figure;
    const int kind = whole(0, kStrokes);
    figure.lines = lines_of(kind);
    if (kind == kStrokes) figure.thickness = between(0.15, 0.4);
    figure.angle = between(0, kTurn);
    figure.turns = one_in(3);
    return figure;
  }

 private:
  std::vector<Line> lines_of(int kind) {
    if (kind == 0) return {polygon()};
    if (kind == 1) return {star()};
    if (kind == 2) return {blob()};
    if (kind == 3) return with_hole();
    if (kind == 4) return bars();
    return strokes();
  }
  static Line around(int corners, const auto& radius) {
    Line line(corners);
    for (int i = 0; i < corners; ++i) {
      const double angle = kTurn * i / corners;
      const double r = radius(i, angle);
      line[i] = {r * std::cos(angle), r * std::sin(angle)};
    }
    return line;
  }
  Line polygon() {
    return around(whole(5, 9), [&](int, double) { return between(0.35, 1); });
  }
  Line star() {
    const double inner = between(0.3, 0.6);
    return around(2 * whole(4, 7), [&](int i, double) { return i % 2 == 0 ? 1.0 : inner; });
  }
  Line blob() {
    std::array<std::array<double, 2>, 3> waves;
    for (auto& [size, phase] : waves) {
      size = between(0, 0.35);
      phase = between(0, kTurn);
    }
    return around(48, [&](int, double angle) {
      double radius = 0.8;
      for (int i = 0; i < 3; ++i) radius += waves[i][0] * std::cos((i + 2) * angle + waves[i][1]);
      return std::max(radius, 0.15);
    });
  }
  std::vector<Line> with_hole() {
    Line outer = one_in(2) ? blob() : one_in(2) ? star() : polygon();
    Line inner = one_in(2) ? blob() : outer;
    const Point at = {between(-0.25, 0.25), between(-0.25, 0.25)};
    const double size = between(0.3, 0.6);
    for (Point& p : inner) p = {size * p.x + at.x, size * p.y + at.y};
    return {outer, inner};
  }
  std::vector<Line> bars() {
    std::vector<Line> lines(whole(2, 3));
    for (Line& line : lines) {
      double x = between(0.15, 0.4);
      double y = between(0.6, 1);
      if (one_in(2)) std::swap(x, y);
      const Point at = {between(-0.6, 0.6), between(-0.6, 0.6)};
      line = {
          {at.x - x, at.y - y}, {at.x + x, at.y - y}, {at.x + x, at.y + y}, {at.x - x, at.y + y}};
    }
    return lines;
  }
  /// Quadratic Bézier curves; a stroke often goes on where the last one ended.
  std::vector<Line> strokes() {
    constexpr int kParts = 8;
    std::vector<Line> lines(whole(2, 4));
    const auto anywhere = [&] { return Point{between(-1, 1), between(-1, 1)}; };
    Point from = anywhere();
    for (Line& line : lines) {
      if (!one_in(3)) from = anywhere();
      const Point middle = anywhere();
      const Point to = anywhere();
      for (int i = 0; i <= kParts; ++i) {
        const double t = static_cast<double>(i) / kParts;
        const double a = (1 - t) * (1 - t);
        const double b = 2 * t * (1 - t);
        const double c = t * t;
        line.push_back(
            {a * from.x + b * middle.x + c * to.x, a * from.y + b * middle.y + c * to.y});
      }
      from = to;
    }
    return lines;
  }

  std::mt19937_64 random_;
};

/// The least rectangle around all points.
struct Extent {
  Point low = {1e9, 1e9};
  Point high = {-1e9, -1e9};
};

Extent extent_of(const std::vector<Line>& lines) {
  Extent extent;
  for (const Line& line : lines) {
    for (const Point& p : line) {
      extent.low = {std::min(extent.low.x, p.x), std::min(extent.low.y, p.y)};
      extent.high = {std::max(extent.high.x, p.x), std::max(extent.high.y, p.y)};
    }
  }
  return extent;
}

/// One image's figure, in pixels.
Figure place(const Figure& figure, std::int64_t width, std::int64_t height, Pen& pen) {
  const double wide = std::exp(pen.between(-1, 1) * std::log(figure.thickness > 0 ? 1.3 : 1.8));
  const double angle = figure.turns ? pen.between(0, kTurn) : figure.angle + pen.between(-0.2, 0.2);
  Figure placed = figure;
  for (Line& line : placed.lines) {
    for (Point& p : line) {
      const double x = wide * (p.x + pen.between(-0.05, 0.05));
      const double y = (p.y + pen.between(-0.05, 0.05)) / wide;
      p = {x * std::cos(angle) - y * std::sin(angle), x * std::sin(angle) + y * std::cos(angle)};
    }
  }
  const auto [low, high] = extent_of(placed.lines);
  const double aspect = std::exp(pen.between(-1, 1) * std::log(figure.thickness > 0 ? 1.2 : 2));
  const double room_x = static_cast<double>(width) * pen.between(0.35, 0.95);
  const double room_y = room_x * static_cast<double>(height) / static_cast<double>(width);
  const double scale_x = room_x / (high.x - low.x);
  const double scale_y = room_y / (high.y - low.y);
  const double scale = std::min(scale_x, scale_y);
  const Point by = {std::min(scale * aspect, scale_x), std::min(scale / aspect, scale_y)};
  const Point at = {pen.between(0, static_cast<double>(width) - by.x * (high.x - low.x)),
                    pen.between(0, static_cast<double>(height) - by.y * (high.y - low.y))};
  for (Line& line : placed.lines) {
    for (Point& p : line) p = {at.x + by.x * (p.x - low.x), at.y + by.y * (p.y - low.y)};
  }
  placed.thickness *= std::min(by.x, by.y) * pen.between(0.7, 1.3);
  if (figure.thickness > 0) placed.thickness = std::max(placed.thickness, 1.5);
  return placed;
}

bool is_crossed(Point p, Point a, Point b) {
  return (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x);
}

double squared_distance(Point p, Point a, Point b) {
  const Point along = {b.x - a.x, b.y - a.y};
  const double length = along.x * along.x + along.y * along.y;
  const double t =
      length == 0 ? 0
                  : std::clamp(((p.x - a.x) * along.x + (p.y - a.y) * along.y) / length, 0.0, 1.0);
  const double x = a.x + t * along.x - p.x;
  const double y = a.y + t * along.y - p.y;
  return x * x + y * y;
}

bool is_inked(const Figure& figure, Point p) {
  if (figure.thickness > 0) {
    const double near = figure.thickness * figure.thickness / 4;
    for (const Line& line : figure.lines) {
      for (std::size_t i = 1; i < line.size(); ++i) {
        if (squared_distance(p, line[i - 1], line[i]) <= near) return true;
      }
    }
    return false;
  }
  bool inside = false;
  for (const Line& line : figure.lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (is_crossed(p, line[i], line[(i + 1) % line.size()])) inside = !inside;
    }
  }
  return inside;
}

/// Background and ink of an image: the median of its border, and the colour of the pixel that
/// differs most from it.
struct Colors {
  std::vector<double> background;
  std::vector<double> ink;
};

std::vector<Colors> colors_of(const torch::Tensor& pixels) {
  const torch::Tensor borders = (border_colors(pixels) * 255).contiguous();
  const torch::Tensor all = pixels.contiguous();
  const auto channels = static_cast<std::size_t>(pixels.size(3));
  const auto values = static_cast<std::size_t>(pixels[0].numel());
  std::vector<Colors> colors(static_cast<std::size_t>(pixels.size(0)));
  for (std::size_t i = 0; i < colors.size(); ++i) {
    const float* border = borders.data_ptr<float>() + i * channels;
    const std::uint8_t* image = all.data_ptr<std::uint8_t>() + i * values;
    colors[i].background.assign(border, border + channels);
    double most = -1;
    for (std::size_t p = 0; p < values; p += channels) {
      double difference = 0;
      for (std::size_t c = 0; c < channels; ++c) difference += std::abs(image[p + c] - border[c]);
      if (difference <= most) continue;
      most = difference;
      colors[i].ink.assign(image + p, image + p + channels);
    }
  }
  return colors;
}

/// How many of the points of a pixel are inked.
int count_inked(const Figure& figure, double x, double y) {
  int inked = 0;
  for (int k = 0; k < kFine * kFine; ++k) {
    const int row = k / kFine;
    const int column = k % kFine;
    inked += is_inked(figure, {x + (column + 0.5) / kFine, y + (row + 0.5) / kFine}) ? 1 : 0;
  }
  return inked;
}

/// H x W x C bytes at `image`.
void draw(const Figure& figure, const Colors& colors, std::int64_t width, std::int64_t height,
          std::uint8_t* image) {
  const auto [low, high] = extent_of(figure.lines);
  const double beyond = 1 + figure.thickness / 2;
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      const auto x = static_cast<double>(column);
      const auto y = static_cast<double>(row);
      const bool is_near = x >= low.x - beyond && x <= high.x + beyond && y >= low.y - beyond &&
                           y <= high.y + beyond;
      const int inked = is_near ? count_inked(figure, x, y) : 0;
      const double share = static_cast<double>(inked) / (kFine * kFine);
      for (std::size_t c = 0; c < colors.ink.size(); ++c) {
        *image++ = static_cast<std::uint8_t>(
            std::lround(share * colors.ink[c] + (1 - share) * colors.background[c]));
      }
    }
  }
}

}  // namespace

MadeClasses draw_classes(MadeClasses data, std::size_t count, std::uint64_t seed) {
  Samples& samples = data.samples;
  if (samples.size() == 0 || samples.pixels.dim() != 4 || count == 0) return data;
  Pen pen(seed);
  const std::vector<Colors> colors = colors_of(samples.pixels);
  const std::int64_t height = samples.pixels.size(1);
  const std::int64_t width = samples.pixels.size(2);
  const auto images = static_cast<std::int64_t>(count) * kImages;
  torch::Tensor pixels =
      torch::empty({images, height, width, samples.pixels.size(3)}, torch::kUInt8);
  const int parent = 1 + *std::max_element(samples.parents.begin(), samples.parents.end());
  Figure figure;
  for (std::int64_t i = 0; i < images; ++i) {
    if (i % kImages == 0) {
      figure = pen.figure();
      ++data.classes;
    }
    const Colors& taken = colors[pen.whole(0, static_cast<int>(colors.size()) - 1)];
    draw(place(figure, width, height, pen), taken, width, height,
         pixels[i].data_ptr<std::uint8_t>());
    samples.labels.push_back(static_cast<int>(data.classes) - 1);
    samples.parents.push_back(parent);
  }
  samples.pixels = torch::cat({samples.pixels, pixels});
  return data;
}

}  // namespace simdb::training
