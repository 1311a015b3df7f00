#include "encoder/image/baseline_features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <span>

#include "encoder/image/preprocess.h"

namespace simdb {
namespace {

constexpr int kHogSide = 64;
constexpr int kHogCell = 8;
constexpr int kHogCells = kHogSide / kHogCell;
constexpr std::size_t kHogBins = 9;

Image square_of(const Image& image, int side) {
  InputSpec spec;
  spec.width = spec.height = side;
  return fit_to_input(image, spec);
}

using HogCells = std::vector<std::array<float, kHogBins>>;

/// Each pixel's gradient, shared by the two nearest directions.
HogCells hog_cells(const Image& grey) {
  HogCells cells(static_cast<std::size_t>(kHogCells) * kHogCells);
  const auto at = [&](int x, int y) {
    const int column = std::clamp(x, 0, kHogSide - 1);
    const int row = std::clamp(y, 0, kHogSide - 1);
    return static_cast<float>(
        grey.pixels[static_cast<std::size_t>(row) * kHogSide + static_cast<std::size_t>(column)]);
  };
  for (int y = 0; y < kHogSide; ++y) {
    for (int x = 0; x < kHogSide; ++x) {
      const float dx = at(x + 1, y) - at(x - 1, y);
      const float dy = at(x, y + 1) - at(x, y - 1);
      float angle = std::atan2(dy, dx) / std::numbers::pi_v<float>;
      if (angle < 0) angle += 1;
      const float place = angle * kHogBins - 0.5F;
      const float below = std::floor(place);
      const auto bin = (static_cast<std::size_t>(below + kHogBins)) % kHogBins;
      const float magnitude = std::hypot(dx, dy);
      auto& cell = cells[static_cast<std::size_t>(y / kHogCell) * kHogCells +
                         static_cast<std::size_t>(x / kHogCell)];
      cell[bin] += magnitude * (1 - (place - below));
      cell[(bin + 1) % kHogBins] += magnitude * (place - below);
    }
  }
  return cells;
}

/// A vector without length has no direction: any fixed one will do.
void give_direction(std::vector<float>& features) {
  if (std::all_of(features.begin(), features.end(), [](float value) { return value == 0; })) {
    features.front() = 1;
  }
}

}  // namespace

void scale_to_length_1(std::span<float> values) {
  constexpr float kNearlyNothing = 1e-6F;
  const float length =
      std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0F));
  for (float& value : values) value /= length + kNearlyNothing;
}

std::vector<float> pixel_features(const Image& image, int side) {
  const Image small = square_of(image, side);
  std::vector<float> features(small.pixels.begin(), small.pixels.end());
  const float mean =
      std::accumulate(features.begin(), features.end(), 0.0F) / static_cast<float>(features.size());
  for (float& value : features) value -= mean;
  give_direction(features);
  return features;
}

std::vector<float> histogram_features(const Image& image) {
  constexpr std::size_t kLevels = 8;
  const Image colored = square_of(image, 64);
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
  InputSpec spec;
  spec.width = kHogSide;
  spec.height = kHogSide;
  spec.channels = 1;
  // The edges of a margin would be the strongest gradients of all.
  spec.resize = ResizeRule::kStretch;
  const HogCells cells = hog_cells(fit_to_input(image, spec));
  std::vector<float> features;
  for (int y = 0; y + 1 < kHogCells; ++y) {
    for (int x = 0; x + 1 < kHogCells; ++x) {
      std::vector<float> block;
      for (const int place : {0, 1, kHogCells, kHogCells + 1}) {
        const auto& cell =
            cells[static_cast<std::size_t>(y) * kHogCells + static_cast<std::size_t>(x + place)];
        block.insert(block.end(), cell.begin(), cell.end());
      }
      scale_to_length_1(block);
      for (float& value : block) value = std::min(value, 0.2F);
      scale_to_length_1(block);
      features.insert(features.end(), block.begin(), block.end());
    }
  }
  give_direction(features);
  return features;
}

}  // namespace simdb
