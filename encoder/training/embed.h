#pragma once

#include <torch/types.h>

#include "encoder/training/labeled_images.h"
#include "encoder/training/trainable_encoder.h"
#include "simdb/embedding.h"

namespace simdb::training {

/// The pixels as N x H x W x C bytes, copied.
torch::Tensor pixel_tensor(const LabeledImages& images);

/// N x H x W x C bytes -> N x C x H x W floats in [0, 1].
torch::Tensor to_planes(const torch::Tensor& pixels);

/// Planes in [0, 1] -> what the network sees; the same arithmetic as normalize_pixels in
/// encoder/image/preprocess.h.
torch::Tensor normalize_planes(const torch::Tensor& planes, const InputSpec& input);

/// One embedding per row of Samples::pixels, in evaluation mode and without gradients; the
/// encoder's mode is as before on return. Of images it is the mean of `views` views, see
/// write_view(). Throws Error(kBadInput) if it gives a row without direction.
EmbeddingBatch embed(TrainableEncoder& encoder, const torch::Tensor& pixels, const InputSpec& input,
                     int views = 1);

}  // namespace simdb::training
