#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "encoder/training/augment_options.h"
#include "encoder/training/labeled_images.h"
#include "simdb/image.h"

namespace simdb::training {

/// An image of a batch, and what training may make of it.
struct PreviewRow {
  int group = 0;              ///< from 0; class-making changes of a group act on all its rows
  std::size_t label = 0;      ///< index into the classes
  std::string variant;        ///< what the class was made into; empty if no change makes classes
  Image original;             ///< at the network's input size
  std::vector<Image> copies;  ///< changed, each by draws of its own
};

/// Rows of a first batch, about `rows` of them, as the trainer would change it with these options
/// and this seed: groups of 3 classes, or one group where each class is changed alone. Options may
/// be automatic. Throws Error(kUsage) if there are fewer than two classes.
std::vector<PreviewRow> preview_rows(const LabeledImages& images, const AugmentOptions& options,
                                     std::uint64_t seed, int rows = 12, int copies = 6);

}  // namespace simdb::training
