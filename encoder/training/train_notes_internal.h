#pragma once

#include <map>
#include <span>
#include <string>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainer.h"

namespace simdb::training {

/// What a model file says of its training. `trained` are the labels of the images that were not set
/// aside; those of made classes name none of `images`.
std::map<std::string, std::string> make_notes(const TrainOptions& options,
                                              const LabeledImages& images,
                                              std::span<const int> trained,
                                              const TrainResult& result);

}  // namespace simdb::training
