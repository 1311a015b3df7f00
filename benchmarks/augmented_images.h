#pragma once

#include <cstdint>

#include "simdb/image.h"

// More pictures than a data set has: what a camera or a scanner would make of one.
namespace simdb::bench {

/// `image` turned by up to 15 degrees, shifted by up to 8 % of its size, scaled by up to 15 %,
/// lighter or darker with more or less contrast (up to 20 %), with Gaussian noise (up to 6 of 255).
/// What comes in from outside has the border's median colour. The same size, channels, and for one
/// `seed` the same pixels. Transparency moves but is not changed otherwise. `image` must have
/// pixels.
Image augmented(const Image& image, std::uint64_t seed);

}  // namespace simdb::bench
