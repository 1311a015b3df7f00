#pragma once

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// The options that suit a training set, by its size, its channels, how many classes it has and how
/// many images they have; docs/training.md says what was measured. The network, the loss, the
/// augmentation, the batch and how long to train follow the data; the rest are the defaults.
TrainOptions recommend(const LabeledImages& images);

}  // namespace simdb::training
