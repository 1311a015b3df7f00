#pragma once

#include <torch/types.h>

#include "encoder/training/augment_options.h"

namespace simdb::training {

/// Each image at random as it is, turned by quarters (`symmetry`) and mirrored (`mirror`): of
/// all changes those that leave every pixel its value, so that edges stay as sharp as they were. Of
/// images that are no squares half turns take the place of quarters. `planes` is N x C x H x W.
/// Draws from torch's default generator, and nothing if neither switch is on.
torch::Tensor turn_exactly(const torch::Tensor& planes, const AugmentOptions& options);

}  // namespace simdb::training
