#pragma once

#include <torch/types.h>

#include <memory>

#include "encoder/image/preprocess.h"
#include "encoder/training/head_options.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainable_encoder.h"

namespace simdb::training {

/// The head that `options` ask for, on `features` (images x views x width floats): an AnchoredHead,
/// or a HeadNetwork with a hidden layer, or where nothing is given to start from and there are
/// fewer features than `dimension`. Errors as theirs.
std::unique_ptr<TrainableEncoder> make_head(const torch::Tensor& features,
                                            const BackboneOptions& options, int dimension,
                                            torch::Device device = torch::kCPU);

/// What `options` train on such images: a head where there is a backbone, else a network.
std::unique_ptr<TrainableEncoder> make_encoder(const InputSpec& input, const torch::Tensor& images,
                                               const TrainOptions& options);

}  // namespace simdb::training
