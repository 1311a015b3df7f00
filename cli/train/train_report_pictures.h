#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/training/trainer.h"
#include "measures/hard_examples.h"

namespace simdb::cli {

// The parts of a training's page that are pictures with words. Names of classes may hold anything.

/// Image `row` as PNG bytes, its sides at most kThumbnailSide.
std::vector<std::byte> thumbnail_of(const training::ValidationView& view, const InputSpec& input,
                                    std::size_t row);

/// List items: anchor, positive and negative of each.
std::string triplets_html(const training::ValidationView& view, const InputSpec& input,
                          std::span<const HardTriplet> triplets);

/// List items: an image of each of the two classes, and how often they are confused.
std::string class_pairs_html(const training::ValidationView& view, const InputSpec& input,
                             std::span<const ConfusableClasses> pairs);

}  // namespace simdb::cli
