#include "encoder/baseline_features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <span>

#include "encoder/preprocess.h"

namespace simdb {
namespace {

constexpr int kGreySide = 64;
constexpr int kCell = 8;
constexpr int kCells = kGreySide / kCell;
constexpr std::size_t kDirections = 9;

Image fitted(const Image& image, int side, int channels) {
  InputSpec spec;
  spec.width = spec.height = side;
  spec.channels = channels;
  return fit_to_input(image, spec);
}

using CellHistograms = std::vector<std::array<float, kDirections>>;

CellHistograms cell_histograms(std::span<const std::uint8_t> grey) {
  CellHistograms cells(static_cast<std::size_t>(kCells) * kCells);
  const auto at = [&](int x, int y) {
    return static_cast<float>(grey[static_cast<std::size_t>(y) * kGreySide + x]);
  };
  for (int y = 0; y < kGreySide; ++y) {
    for (int x = 0; x < kGreySide; ++x) {
      const float across = at(std::min(x + 1, kGreySide - 1), y) - at(std::max(x - 1, 0), y);
      const float down = at(x, std::min(y + 1, kGreySide - 1)) - at(x, std::max(y - 1, 0));
      const float size = std::hypot(across, down);
      if (size == 0) continue;
      double angle = std::atan2(down, across) / std::numbers::pi;  // in half turns
      if (angle < 0) angle += 1;
      const double place = angle * kDirections;
      const double whole = std::floor(place);
      const auto upper = static_cast<float>(place - whole);
      const std::size_t bin = static_cast<std::size_t>(whole) % kDirections;
      auto& cell = cells[static_cast<std::size_t>(y / kCell) * kCells + x / kCell];
      cell[bin] += size * (1 - upper);
      cell[(bin + 1) % kDirections] += size * upper;
    }
  }
  return cells;
}

void scale_to_unit(std::span<float> values) {
  constexpr float kTiny = 1;  // of grey levels: a block of hardly any contrast stays weak
  float squares = kTiny;
  for (const float value : values) squares += value * value;
  const float length = std::sqrt(squares);
  for (float& value : values) value /= length;
}

/// A vector without length has no direction: any fixed one will do.
void give_direction(std::vector<float>& features) {
  if (std::all_of(features.begin(), features.end(), [](float value) { return value == 0; })) {
    features.front() = 1;
  }
}

}  // namespace

std::vector<float> pixel_features(const Image& image, int side) {
  const Image small = fitted(image, side, 3);
  std::vector<float> features(small.pixels.begin(), small.pixels.end());
  const float mean =
      std::accumulate(features.begin(), features.end(), 0.0F) / static_cast<float>(features.size());
  for (float& value : features) value -= mean;
  give_direction(features);
  return features;
}

std::vector<float> histogram_features(const Image& image) {
  constexpr std::size_t kLevels = 8;
  const Image colored = fitted(image, kGreySide, 3);
  std::vector<float> counts(kLevels * kLevels * kLevels);
  for (std::size_t i = 0; i < colored.pixels.size(); i += 3) {
    std::size_t bin = 0;
    for (std::size_t c = 0; c < 3; ++c) bin = bin * kLevels + colored.pixels[i + c] * kLevels / 256;
    ++counts[bin];
  }
  for (float& count : counts) count = std::sqrt(count);
  return counts;
}

std::vector<float> hog_features(const Image& image) {
  constexpr float kCut = 0.2F;
  const CellHistograms cells = cell_histograms(fitted(image, kGreySide, 1).pixels);
  std::vector<float> features;
  for (int y = 0; y + 1 < kCells; ++y) {
    for (int x = 0; x + 1 < kCells; ++x) {
      const std::size_t begin = features.size();
      for (const int corner : {0, 1, kCells, kCells + 1}) {
        const auto& cell = cells[static_cast<std::size_t>(y * kCells + x + corner)];
        features.insert(features.end(), cell.begin(), cell.end());
      }
      const std::span block = std::span(features).subspan(begin);
      scale_to_unit(block);
      for (float& value : block) value = std::min(value, kCut);
      scale_to_unit(block);
    }
  }
  give_direction(features);
  return features;
}

}  // namespace simdb
