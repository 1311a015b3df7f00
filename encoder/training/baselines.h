#pragma once

#include <torch/types.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/training/labeled_images.h"
#include "encoder/training/trainable_encoder.h"
#include "simdb/image_encoder.h"

namespace simdb::training {

/// What is trivial: see encoder/image/baseline_features.h. Pixels are those of 32 x 32.
inline constexpr std::array<std::string_view, 3> kBaselines = {"pixels", "HOG", "colour histogram"};

/// Features of some of the fitted images, images x floats, rows of length 1, on all cores. Throws
/// Error(kUsage) for a name that is not one of kBaselines.
torch::Tensor baseline_rows(std::string_view name, const LabeledImages& images,
                            std::span<const std::size_t> rows);

/// What a new encoder is compared with.
struct Baseline {
  std::string name;  ///< for people
  /// Features of some of the images, one row per image, rows of length 1.
  std::function<torch::Tensor(const LabeledImages& images, std::span<const std::size_t> rows)>
      rows_of;
};

/// Those of kBaselines.
std::vector<Baseline> trivial_baselines();

/// An encoder that knows nothing of this training; it sees the fitted images.
Baseline encoder_baseline(std::string name, std::shared_ptr<const ImageEncoder> encoder);

/// A network as it is when it is asked; of images what all_samples() takes. It must outlive this.
Baseline network_baseline(std::string name, TrainableEncoder& network);

}  // namespace simdb::training
