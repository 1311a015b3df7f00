#pragma once

#include <string>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// Throws Error(kBadInput) if the two sets were read for different input, Error(kUsage) if features
/// are missing where a backbone needs them, or are there without one. `validation` may be null.
void require_matching_input(const LabeledImages& images, const LabeledImages* validation,
                            const TrainOptions& options);

/// Throws Error(kUsage) if LibTorch has no such device.
void require_device(const std::string& name);

}  // namespace simdb::training
