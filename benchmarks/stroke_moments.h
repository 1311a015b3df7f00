#pragma once

#include <vector>

#include "simdb/image.h"

// How a drawn character is written, by the moments of its ink: what a digit has beside being a
// three or a seven.
namespace simdb::bench {

struct StrokeMoments {
  /// How far the ink leans to the right for each pixel upwards: -mu11 / mu02, the central second
  /// moments of the ink. It is the shear that makes the covariance of x and y nothing.
  double slant = 0;
  /// Pixels: twice the mass of the ink over the mass of its gradient. A stroke of width w and
  /// length l has the mass w l, and edges of the length 2 l.
  double width = 0;
};

/// Of light ink on a dark ground; of a coloured image its first channel. Nothing for an image
/// without ink.
StrokeMoments stroke_moments(const Image& image);

/// Pearson's; 0 if one of them does not vary. Both are of one length.
double correlation(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace simdb::bench
