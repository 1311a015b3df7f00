#pragma once

#include <torch/types.h>

#include "encoder/model/onnx_model.h"

namespace simdb::training {

// What the heads on a backbone's features share.

/// Throws Error(kUsage) unless `dropout` is in [0, 1).
void require_valid_dropout(double dropout);

/// Leaves out a share of the features and scales the others up. Drawn on the CPU whatever the
/// device, by the generator that a checkpoint keeps.
torch::Tensor drop_features(const torch::Tensor& features, double share);

/// Rows scaled to length 1; a row of zeros stays one.
torch::Tensor unit_rows(const torch::Tensor& rows);

/// `weight` is out x in, `bias` out, of any floating type.
DenseLayer to_layer(const torch::Tensor& weight, const torch::Tensor& bias, bool relu);

}  // namespace simdb::training
