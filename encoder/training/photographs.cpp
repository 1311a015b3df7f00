#include "encoder/training/photographs.h"

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdlib>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/file_io.h"
#include "core/parallel.h"

namespace simdb::training {
namespace {

// What 1,020 photographs of Caltech-101 and 5,316 emoji have in common least, at 48 (28) pixels: 65
// (63) % of the photographs and 17 (21) % of the emoji pass, of drawn shapes none.
constexpr int kSide = 48;
constexpr int kSmallestSide = 24;
constexpr std::size_t kFewestColors = 150;
constexpr double kSmallestBentShare = 0.5;
constexpr int kBend = 3;
// Half the mean squared difference of neighbours by the variance: 1 for noise, 0.2 for the roughest
// twentieth of the photographs.
constexpr double kRoughest = 0.35;
constexpr std::size_t kLooks = 512;

/// How many of 32 x 32 x 32 colours occur.
std::size_t count_colors(std::span<const std::uint8_t> rgb) {
  constexpr int kLost = 3;
  std::bitset<std::size_t{1} << 15> seen;
  for (std::size_t p = 0; p + 2 < rgb.size(); p += 3) {
    const auto level = [&](std::size_t c) { return static_cast<std::size_t>(rgb[p + c] >> kLost); };
    seen.set((level(0) << 10) | (level(1) << 5) | level(2));
  }
  return seen.count();
}

std::vector<int> to_luma(std::span<const std::uint8_t> rgb) {
  std::vector<int> luma;
  luma.reserve(rgb.size() / 3);
  for (std::size_t p = 0; p + 2 < rgb.size(); p += 3) {
    luma.push_back((299 * rgb[p] + 587 * rgb[p + 1] + 114 * rgb[p + 2]) / 1000);
  }
  return luma;
}

struct Relief {
  double bent = 0;   ///< share of the inner pixels that are neither flat nor on an even slope
  double rough = 0;  ///< see kRoughest
};

Relief relief_of(const std::vector<int>& luma, int width, int height) {
  double sum = 0;
  double squares = 0;
  for (const int value : luma) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(luma.size());
  const double variance = squares / count - sum / count * (sum / count);
  const int inner = (width - 2) * (height - 2);
  int bent = 0;
  double steps = 0;
  for (int y = 1; y + 1 < height; ++y) {
    for (int x = 1; x + 1 < width; ++x) {
      const int* here = &luma[static_cast<std::size_t>(y) * width + x];
      const int across = here[-1] - 2 * here[0] + here[1];
      const int down = here[-width] - 2 * here[0] + here[width];
      if (std::abs(across) > kBend || std::abs(down) > kBend) ++bent;
      const double step = here[1] - here[0];
      steps += step * step;
    }
  }
  return {static_cast<double>(bent) / inner, variance > 0 ? steps / inner / (2 * variance) : 0};
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
  if (count_colors(pixels) < kFewestColors) return false;
  const Relief relief = relief_of(to_luma(pixels), width, height);
  return relief.bent >= kSmallestBentShare && relief.rough <= kRoughest;
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
      (files.size() + step - 1) / step, 1, std::max(1U, std::thread::hardware_concurrency()),
      [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
          const auto& file = files[i * step];
          try {
            const Image image =
                decode_image(read_file(file, limits.max_file_bytes), file.string(), limits);
            const bool is_one = image.channels >= 3 &&
                                looks_like_photograph(fit_to_input(image, input).pixels, input);
            ++seen;
            if (is_one) ++photographs;
          } catch (const Error&) {  // NOLINT(bugprone-empty-catch): told when it is read
          }
        }
      });
  return seen > 0 && 2 * photographs >= seen;
}

}  // namespace simdb::training
