#pragma once

#include <cstddef>
#include <span>

#include "encoder/model/onnx_model.h"

namespace simdb {

// Dense layers that turn a backbone's features into embeddings without labels: what
// write_backbone_model takes as a head, and where the training of a head starts.

/// The power of its variance by which an axis is divided: 0 leaves the features as they are, 0.5
/// makes all axes vary alike (whitening); half way is best for classes not seen before.
inline constexpr double kHalfWhitening = 0.25;

/// Centres the features and turns them onto their principal axes, the largest variance first, each
/// divided by the square root of its standard deviation: so every beginning of an embedding is an
/// embedding too. `features` holds rows of `width` floats. The variances are shrunk towards their
/// mean as Ledoit and Wolf do it; where the rows span fewer than `dimension` axes, the rest are
/// random directions at right angles to them, the same in every run. The mean squared length of
/// the rows becomes 1. Throws Error(kUsage) if `features` holds no whole number of rows, or the
/// dimension is not one of embeddings or is larger than `width`; Error(kBadInput) for fewer than
/// two rows or rows that are all equal; Error(kInternal) if OpenCV fails. Costs about
/// min(rows, width)^2 * max(rows, width). Pure and thread-safe.
DenseLayer fit_whitened_pca(std::span<const float> features, std::size_t width,
                            std::size_t dimension);

/// `dimension` random directions at right angles to each other, the same in every run: keeps
/// angles as far as so few floats can. Throws Error(kUsage) as fit_whitened_pca.
DenseLayer random_projection(std::size_t width, std::size_t dimension);

/// Passes features on as they are. Throws Error(kUsage) if embeddings can't have this dimension.
DenseLayer identity_head(std::size_t width);

}  // namespace simdb
