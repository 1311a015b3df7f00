#pragma once

#include <span>
#include <vector>

#include "simdb/image.h"

namespace simdb {

// What can be said of an image without having learned anything: what a trained encoder must beat.
// Transparent images stand on white. All functions throw Error(kBadInput) for an inconsistent image
// and are thread-safe.

/// The colours of a version of `side` x `side` pixels, less their mean (3 * side^2 floats). An
/// image of one colour has no direction of its own and gets a fixed one.
std::vector<float> pixel_features(const Image& image, int side);

/// How often each of 8 x 8 x 8 colours occurs, square roots (512 floats; the dot product of two is
/// then the Bhattacharyya coefficient).
std::vector<float> histogram_features(const Image& image);

/// Histograms of oriented gradients (Dalal and Triggs, 2005) of a grey version of 64 x 64 pixels,
/// stretched: cells of 8 x 8, 9 directions without sign, each gradient shared by the two nearest;
/// blocks of 2 x 2 cells, each scaled to length 1, cut at 0.2 and scaled again (7 x 7 x 36 = 1,764
/// floats). An image without edges gets a fixed direction.
std::vector<float> hog_features(const Image& image);

/// Divides by the Euclidean length; hardly changes what is shorter than 1e-6.
void scale_to_length_1(std::span<float> values);

}  // namespace simdb
