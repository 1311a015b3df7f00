#include "encoder/training/photographs.h"

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <thread>
#include <vector>

#include "core/file_io.h"
#include "core/parallel.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

// At 48 pixels 87 % of the photographs of Caltech-101 pass (of its wrenches on white 37 %), 28 % of
// emoji, 4 % of handwritten letters, of drawn shapes none.
constexpr int kSide = 48;
constexpr int kSmallestSide = 24;
// Of a file without colour: below, it is a sign or a digit.
constexpr int kSmallestGreySide = 64;
constexpr std::size_t kFewestLevels = 60;
constexpr double kMostFlat = 0.3;
// Half the mean squared difference of neighbours by the variance: 1 for noise, 0.3 for the roughest
// twentieth of the photographs.
constexpr double kRoughest = 0.35;
constexpr std::size_t kLooks = 512;

/// Brightness of the pixels, 0 to 255, without uniform rows and columns at the edges: a margin or a
/// white background.
struct Luma {
  int width = 0;
  int height = 0;
  std::vector<int> values;
  int at(int x, int y) const { return values[static_cast<std::size_t>(y) * width + x]; }
};

Luma trimmed_luma(std::span<const std::uint8_t> rgb, int width, int height) {
  const auto is_other = [&](int x, int y) {
    const std::uint8_t* pixel = &rgb[(static_cast<std::size_t>(y) * width + x) * 3];
    return !std::equal(pixel, pixel + 3, rgb.begin());
  };
  int left = width;
  int right = 0;
  int top = height;
  int bottom = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (!is_other(x, y)) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = y + 1;
    }
  }
  Luma luma{std::max(0, right - left), std::max(0, bottom - top), {}};
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const std::uint8_t* pixel = &rgb[(static_cast<std::size_t>(y) * width + x) * 3];
      luma.values.push_back((299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 1000);
    }
  }
  return luma;
}

struct Relief {
  std::size_t levels = 0;  ///< of brightness that occur
  double flat = 1;         ///< share of the pixels that are as bright as those right and below
  double rough = 0;        ///< see kRoughest
};

Relief relief_of(const Luma& luma) {
  Relief relief;
  if (luma.width < 3 || luma.height < 3) return relief;
  std::bitset<256> seen;
  double sum = 0;
  double squares = 0;
  for (const int value : luma.values) {
    seen.set(static_cast<std::size_t>(value));
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  relief.levels = seen.count();
  const auto count = static_cast<double>(luma.values.size());
  const double variance = squares / count - sum / count * (sum / count);
  std::size_t flat = 0;
  double steps = 0;
  for (int y = 0; y + 1 < luma.height; ++y) {
    for (int x = 0; x + 1 < luma.width; ++x) {
      const double step = luma.at(x + 1, y) - luma.at(x, y);
      if (step == 0 && luma.at(x, y + 1) == luma.at(x, y)) ++flat;
      steps += step * step;
    }
  }
  const double places = static_cast<double>(luma.width - 1) * (luma.height - 1);
  relief.flat = static_cast<double>(flat) / places;
  relief.rough = variance > 0 ? steps / places / (2 * variance) : 0;
  return relief;
}

}  // namespace

bool looks_like_photograph(std::span<const std::uint8_t> pixels, const InputSpec& input) {
  if (input.channels != 3 || std::min(input.width, input.height) < kSmallestSide) return false;
  int width = input.width;
  int height = input.height;
  std::vector<std::uint8_t> smaller;
  if (std::max(width, height) > kSide) {
    InputSpec spec = input;
    spec.width = spec.height = kSide;
    spec.resize = ResizeRule::kStretch;
    smaller = fit_to_input({width, height, 3, {pixels.begin(), pixels.end()}}, spec).pixels;
    pixels = smaller;
    width = height = kSide;
  }
  const Relief relief = relief_of(trimmed_luma(pixels, width, height));
  return relief.levels >= kFewestLevels && relief.flat <= kMostFlat && relief.rough <= kRoughest;
}

bool looks_like_photographs(const LabeledImages& images) {
  std::size_t seen = 0;
  std::size_t photographs = 0;
  const std::size_t step = std::max<std::size_t>(1, images.size() / kLooks);
  if (images.pixels.size() < images.size() * images.input.values()) return false;
  for (std::size_t i = 0; i < images.size(); i += step) {
    ++seen;
    if (looks_like_photograph(images.image(i), images.input)) ++photographs;
  }
  return seen > 0 && 2 * photographs >= seen;
}

bool are_photographs(std::span<const std::filesystem::path> files, const ImageLimits& limits) {
  constexpr std::size_t kFiles = 128;
  InputSpec input;
  input.width = input.height = kSide;
  const std::size_t step = std::max<std::size_t>(1, (files.size() + kFiles - 1) / kFiles);
  std::atomic<std::size_t> seen = 0;
  std::atomic<std::size_t> photographs = 0;
  parallel_for(
      (files.size() + step - 1) / step, 1, core_count(), [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
          const auto& file = files[i * step];
          try {
            const Image image =
                decode_image(read_file(file, limits.max_file_bytes), file.string(), limits);
            const bool is_large =
                image.channels >= 3 || std::max(image.width, image.height) >= kSmallestGreySide;
            const bool is_one =
                is_large && looks_like_photograph(fit_to_input(image, input).pixels, input);
            ++seen;
            if (is_one) ++photographs;
          } catch (const Error&) {  // NOLINT(bugprone-empty-catch): told when it is read
          }
        }
      });
  return seen > 0 && 2 * photographs >= seen;
}

}  // namespace simdb::training
