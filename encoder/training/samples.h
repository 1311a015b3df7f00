#pragma once

#include <torch/types.h>

#include <cstddef>
#include <vector>

#include "encoder/training/labeled_images.h"

namespace simdb::training {

/// Images as training takes them, or a part of them.
struct Samples {
  torch::Tensor pixels;      ///< N x H x W x C bytes; with a backbone N x views x features floats
  std::vector<int> labels;   ///< one per image
  std::vector<int> parents;  ///< one per image: the folder above its class
  std::vector<std::size_t> rows = {};  ///< one per image: its place in the LabeledImages

  std::size_t size() const noexcept { return labels.size(); }
};

/// The features if there are any, else the pixels.
Samples all_samples(const LabeledImages& images);

/// The rows named, in their order.
Samples select(const Samples& from, const std::vector<std::size_t>& rows);

}  // namespace simdb::training
