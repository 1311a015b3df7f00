#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "encoder/image/preprocess.h"
#include "encoder/model/backbone_features.h"

namespace simdb {

/// The mean and scale that a network wants its pixels to have; its file does not tell.
enum class PixelScale {
  kAuto,      ///< to be found out
  kImageNet,  ///< mean 0.485, 0.456, 0.406 and scale 0.229, 0.224, 0.225
  kHalf,      ///< from -1 to 1
  kNone,      ///< from 0 to 1
  kRaw,       ///< from 0 to 255
};

/// Those that can be found out.
inline constexpr std::array kPixelScales = {PixelScale::kImageNet, PixelScale::kHalf,
                                            PixelScale::kNone, PixelScale::kRaw};

/// "auto", "imagenet", "half", "none" or "raw". Throws Error(kUsage) for another word.
PixelScale parse_pixel_scale(std::string_view name);
std::string_view to_text(PixelScale scale);

/// Sets mean and scale; not for kAuto.
void set_pixel_scale(PixelScale scale, InputSpec& input);

/// How many images find_pixel_scale needs, and how many are enough.
inline constexpr std::size_t kLeastScaleTrials = 8;
inline constexpr std::size_t kEnoughScaleTrials = 32;

struct FoundScale {
  PixelScale scale = PixelScale::kImageNet;
  /// In the order of kPixelScales: how badly the features find an image by a mirrored and cropped
  /// copy of it (mean cross-entropy of a softmax over the images, at a temperature of 0.2).
  std::array<double, kPixelScales.size()> losses{};
};

/// Tries all scales on images and takes the one with which the network recognises them best.
/// `pixels` holds at least kLeastScaleTrials images as fit_to_input leaves them for the backbone's
/// input; they should differ. Throws what BackboneFeatures::compute throws. Costs 8 runs of the
/// network per image.
FoundScale find_pixel_scale(const BackboneFeatures& backbone, std::span<const std::uint8_t> pixels);

}  // namespace simdb
