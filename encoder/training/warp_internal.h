#pragma once

#include <torch/types.h>

#include "encoder/training/augment_options.h"
#include "encoder/training/random_tensors_internal.h"

namespace simdb::training {

/// True if `options` move pixels of an image alone.
bool moves_pixels(const AugmentOptions& options) noexcept;

/// Where each image of `rows` is to be taken from: N x 3 x 3 maps of the plane, from the output to
/// the source, in coordinates that run from -1 to 1 (x right, y down). Affine, perspective, crop
/// and flip in one.
torch::Tensor draw_maps(const AugmentOptions& options, std::int64_t rows, RandomTensors& random);

/// The displacements that elastic adds before the map: N x 2 x H x W (x, y). A coarse grid of
/// Gaussian vectors with a mean of 0, interpolated by cubics.
torch::Tensor draw_displacements(const AugmentOptions& options, std::int64_t rows,
                                 std::int64_t height, std::int64_t width, RandomTensors& random);

/// `planes` (N x C x H x W) resampled once: a pixel at p is taken from maps(p + displacements(p)).
/// `displacements` may be undefined: none. Beyond its border an image goes on in the colour of
/// `borders` (N x C).
torch::Tensor warp(const torch::Tensor& planes, const torch::Tensor& borders,
                   const torch::Tensor& maps, const torch::Tensor& displacements);

}  // namespace simdb::training
