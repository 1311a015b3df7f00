#pragma once

#include <cstdint>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// Bytes that train() takes at its peak, about (a third more or less), with the images themselves
/// and the libraries: three copies of the pixels or features while a part is set aside, and what
/// the network keeps of a batch for its gradients, or of 512 images while it is judged. Pure.
std::uint64_t expected_memory(const LabeledImages& images, const TrainOptions& options);

}  // namespace simdb::training
