#pragma once

#include <torch/types.h>

#include <memory>

#include "encoder/training/head_options.h"
#include "encoder/training/trainable_encoder.h"

namespace simdb::training {

/// The head that `options` ask for, on `features` (images x views x width floats): an AnchoredHead,
/// or a HeadNetwork with a hidden layer, or where nothing is given to start from and there are
/// fewer features than `dimension`. Errors as theirs.
std::unique_ptr<TrainableEncoder> make_head(const torch::Tensor& features,
                                            const BackboneOptions& options, int dimension,
                                            torch::Device device = torch::kCPU);

}  // namespace simdb::training
