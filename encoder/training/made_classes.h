#pragma once

#include <cstddef>
#include <cstdint>

#include "encoder/training/samples.h"

namespace simdb::training {

struct MadeClasses {
  Samples samples;          ///< the true ones, then those made
  std::size_t classes = 0;  ///< true and made
};

/// Lends data of few classes the variety that an encoder needs to tell later ones apart: classes
/// made of the images themselves, labelled from `classes` up. They are
///   - each class turned by quarters, mirrored, or both, but for those that look like a class that
///     is there already (a turned circle): images whose nearest others, by their pixels, are too
///     often those of another class;
///   - the upper half of one class over the lower half of another, and the left half of one beside
///     the right half of another, cut near the middle.
/// Of each at most 400 images, and about 60,000 in all. They have a parent of their own, so that a
/// sampler can fill batches with the true classes. One seed gives one result. Samples other than
/// square images (features of a backbone) come back as they are.
MadeClasses make_classes(const Samples& samples, std::size_t classes, std::uint64_t seed);

}  // namespace simdb::training
