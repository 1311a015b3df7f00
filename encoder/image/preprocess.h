#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "simdb/image.h"

namespace simdb {

/// How an image is brought to the model's input size.
enum class ResizeRule {
  kStretch,  ///< to width x height, whatever the aspect ratio
  kFit,      ///< keep the aspect ratio, centre, fill the rest with the background colour
  kTrim,     ///< the margin cut off; the rest as kFit, but on the margin's colour, with a margin
             ///< of a 16th of the side
};

std::string_view to_string(ResizeRule rule) noexcept;  ///< "fit", "stretch" or "trim"
std::optional<ResizeRule> find_resize_rule(std::string_view name) noexcept;

/// What happens to an image before the network sees it: the one definition for training, add and
/// query. It is written into the model file. A plain value.
struct InputSpec {
  int width = 28;
  int height = 28;
  int channels = 3;  ///< 3 = RGB, 1 = grey (ITU-R BT.601 luma)
  ResizeRule resize = ResizeRule::kFit;
  std::array<std::uint8_t, 3> background = {255, 255,
                                            255};  ///< RGB under transparency and beside kFit
  std::array<float, 3> mean = {0, 0,
                               0};  ///< a channel, of values scaled to [0, 1]; grey uses the first
  std::array<float, 3> scale = {1, 1, 1};  ///< standard deviation a channel, > 0
  int views = 1;  ///< of an image, whose embeddings are averaged: 1 or kSizedViews; see write_view

  std::size_t values() const { return static_cast<std::size_t>(width) * height * channels; }
  friend bool operator==(const InputSpec&, const InputSpec&) = default;
};

/// The views of test-time augmentation: as it is, and the four others of write_view.
inline constexpr int kSizedViews = 5;

/// Throws Error(kBadInput) unless sizes are 1 to 4096, views 1 or kSizedViews, channels 1 or 3,
/// means finite and scales positive.
void require_valid(const InputSpec& spec);

/// Alpha over background, colour to `spec.channels`, resize (area averaging when shrinking,
/// bilinear when growing). kTrim leaves out the rows and columns at the edges that differ by no
/// more than 20 of 255 from the median of the border pixels in any channel; where fewer than half
/// of the border pixels are so, or all pixels, it is kFit. The result has spec's width, height and
/// channels. Throws Error(kBadInput) if `image` is inconsistent. Thread-safe.
Image fit_to_input(const Image& image, const InputSpec& spec);

/// Pixels of a fitted image -> planes of floats (channels x height x width, the network's order),
/// each value (pixel / 255 - mean) / scale. `planes` has spec.values() floats. Thread-safe.
void normalize_pixels(std::span<const std::uint8_t> pixels, const InputSpec& spec,
                      std::span<float> planes);

/// fit_to_input and normalize_pixels together.
void preprocess(const Image& image, const InputSpec& spec, std::span<float> planes);

/// View 0 of a fitted image is itself; in views 1 to 4 its content is 0.85 times or 1 / 0.85 times
/// as wide, and so for its height, about the centre; border pixels are repeated. `fitted` and
/// `view` have spec.values() bytes. Throws Error(kUsage) for another number or view. Thread-safe.
void write_view(std::span<const std::uint8_t> fitted, const InputSpec& spec, int number,
                std::span<std::uint8_t> view);

}  // namespace simdb
