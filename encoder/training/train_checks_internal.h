#pragma once

#include <functional>
#include <string>
#include <vector>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainer.h"

namespace simdb::training {

/// Throws Error(kBadInput) if the two sets were read for different input, Error(kUsage) if features
/// are missing where a backbone needs them, or are there without one. `validation` may be null.
void require_matching_input(const LabeledImages& images, const LabeledImages* validation,
                            const TrainOptions& options);

/// Throws Error(kUsage) if LibTorch has no such device.
void require_device(const std::string& name);

/// Calls `warn` (which may be empty) once when all embeddings have fallen onto one point for some
/// reports in a row.
void warn_of_collapse(const std::vector<EpochReport>& history,
                      const std::function<void(const std::string&)>& warn);

}  // namespace simdb::training
