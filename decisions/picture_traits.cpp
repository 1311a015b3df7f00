#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "simdb/duplicates.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kCells = 8;
constexpr std::size_t kColourCells = 4;
// In levels of 255: differences well below it do not tell pictures apart.
constexpr double kConstant = 64;

struct Colour {
  double luminance = 0;
  double red = 0;  // beyond the luminance
  double blue = 0;
};

// Of the pixel that begins here, over white where it is transparent.
Colour colour_of(const std::uint8_t* pixel, int channels) {
  if (channels == 1) return {.luminance = static_cast<double>(pixel[0])};
  const double alpha = channels == 4 ? pixel[3] / 255.0 : 1;
  const auto value = [&](int i) { return alpha * pixel[i] + (1 - alpha) * 255; };
  const double luminance = 0.299 * value(0) + 0.587 * value(1) + 0.114 * value(2);
  return {luminance, value(0) - luminance, value(2) - luminance};
}

// What of a row of pixels or of a column lies in a cell.
struct Part {
  std::size_t cell = 0;
  double share = 0;  // of the cell
};

// The cells in which pixel `at` of `pixels` lies: `cells` equal ones, of at least a part of a
// pixel.
template <typename Visit>
void for_each_cell(int at, int pixels, Visit&& visit) {
  const double cell = static_cast<double>(pixels) / kCells;
  for (auto i = static_cast<std::size_t>(at / cell); i < kCells; ++i) {
    const double begin = std::max<double>(at, static_cast<double>(i) * cell);
    const double end = std::min<double>(at + 1, static_cast<double>(i + 1) * cell);
    if (begin >= at + 1) return;
    if (end > begin) visit(Part{i, (end - begin) / cell});
  }
}

using Cells = std::array<Colour, kCells * kCells>;

Cells cells_of(const Image& image) {
  Cells cells{};
  const auto* pixel = image.pixels.data();
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x, pixel += image.channels) {
      const Colour colour = colour_of(pixel, image.channels);
      for_each_cell(y, image.height, [&](const Part& row) {
        for_each_cell(x, image.width, [&](const Part& column) {
          Colour& cell = cells[row.cell * kCells + column.cell];
          const double share = row.share * column.share;
          cell.luminance += share * colour.luminance;
          cell.red += share * colour.red;
          cell.blue += share * colour.blue;
        });
      });
    }
  }
  return cells;
}

std::array<float, kLookDimension> look_of(const Cells& cells) {
  std::array<double, kLookDimension> look{};
  double mean = 0;
  for (const Colour& cell : cells) mean += cell.luminance / static_cast<double>(cells.size());
  constexpr std::size_t kJoined = kCells / kColourCells;
  constexpr double kShare = 1.0 / (kJoined * kJoined);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    look[i] = cells[i].luminance - mean;
    const std::size_t at =
        cells.size() + 2 * (i / kCells / kJoined * kColourCells + i % kCells / kJoined);
    look[at] += kShare * cells[i].red;
    look[at + 1] += kShare * cells[i].blue;
  }
  look.back() = kConstant * kCells;
  double square = 0;
  for (const double value : look) square += value * value;
  std::array<float, kLookDimension> unit{};
  std::ranges::transform(look, unit.begin(), [&](double value) {
    return static_cast<float>(value / std::sqrt(square));
  });
  return unit;
}

void require_fitting(const Image& image) {
  const auto bytes = static_cast<std::size_t>(std::max(image.width, 0)) *
                     static_cast<std::size_t>(std::max(image.height, 0)) *
                     static_cast<std::size_t>(std::max(image.channels, 0));
  if (bytes == 0 || bytes != image.pixels.size() || image.channels == 2 || image.channels > 4) {
    throw Error(ErrorCode::kUsage, "can't compare an image whose sizes and pixels do not fit");
  }
}

}  // namespace

Sha256 digest_of_pixels(const Image& image) {
  require_fitting(image);
  Sha256Stream digest;
  const std::array sizes{image.width, image.height};
  digest.append(std::as_bytes(std::span(sizes)));
  std::vector<std::uint8_t> row(4 * static_cast<std::size_t>(image.width));  // as RGBA
  const auto* pixel = image.pixels.data();
  for (int y = 0; y < image.height; ++y) {
    for (std::size_t to = 0; to < row.size(); to += 4, pixel += image.channels) {
      const bool is_grey = image.channels == 1;
      const std::uint8_t alpha = image.channels == 4 ? pixel[3] : 255;
      for (std::size_t c = 0; c < 3; ++c) {
        row[to + c] = alpha == 0 ? 0 : pixel[is_grey ? 0 : c];
      }
      row[to + 3] = alpha;
    }
    digest.append(std::as_bytes(std::span(row)));
  }
  return digest.finish();
}

PictureTraits traits_of(const Image& image) {
  require_fitting(image);
  return {look_of(cells_of(image)), digest_of_pixels(image)};
}

}  // namespace simdb
