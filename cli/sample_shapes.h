#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "simdb/image.h"

namespace simdb::cli {

/// What names the class of a drawn shape.
enum class ClassBy { kColor, kShape, kBoth };

/// The color shapes of the article on Siamese networks: circles, rectangles and triangles on
/// white.
struct SampleOptions {
  std::size_t colors = 3;  ///< 1 to 64: red, green, blue, then further hues
  std::size_t count = 20;  ///< images of each shape in each color, 1 to 100,000
  ClassBy class_by = ClassBy::kColor;
  int size = 28;  ///< pixels per side, 8 to 1024
  std::uint64_t seed = 1;
};

enum class Shape { kCircle, kRectangle, kTriangle };

struct Color {
  std::string name;
  std::uint8_t red, green, blue;
};

/// The n-th color of the palette; every n < 64 has a name and a hue of its own.
Color sample_color(std::size_t n);

/// One shape of random size, position and rotation, wholly inside the picture; the same for the
/// same seed on every machine. RGB, anti-aliased.
Image draw_shape(Shape shape, const Color& color, int size, std::uint64_t seed);

/// Draws FOLDER/CLASS/SHAPE_COLOR_N.png for all shapes, colors and N < count; returns how many.
/// Shape N has the same outline in every color, as in the article's data: split by N. Throws
/// Error(kUsage) for options out of range, Error(kIo) if a file can't be written.
std::size_t write_sample_tree(const std::filesystem::path& folder, const SampleOptions& options);

}  // namespace simdb::cli
