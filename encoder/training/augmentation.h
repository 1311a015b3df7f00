#pragma once

#include <ATen/core/Generator.h>
#include <torch/types.h>

#include <cstdint>

#include "encoder/training/train_options.h"

namespace simdb::training {

/// The colour an image goes on with beyond its border: the median of its border pixels, a channel.
/// Pixels are N x H x W x C bytes; the result is N x C floats in [0, 1].
torch::Tensor border_colors(const torch::Tensor& pixels);

/// Changes batches of images at random; see AugmentOptions for what each change is. One seed gives
/// one sequence. Thread-compatible.
class Augmenter {
 public:
  Augmenter(const AugmentOptions& options, std::uint64_t seed);

  /// `planes` is N x C x H x W in [0, 1], in `groups` groups of equal size, one after another;
  /// `borders` is N x C. Returns the same shape and range. The colour changes leave images of one
  /// channel alone.
  torch::Tensor operator()(torch::Tensor planes, const torch::Tensor& borders, int groups);

 private:
  torch::Tensor uniform(torch::IntArrayRef shape, double low, double high);
  torch::Tensor draw_affine(std::int64_t rows);
  torch::Tensor draw_symmetries(std::int64_t groups);
  torch::Tensor draw_color_maps(std::int64_t groups);
  torch::Tensor move_pixels(const torch::Tensor& planes, const torch::Tensor& borders, int groups);

  AugmentOptions options_;
  at::Generator random_;
};

}  // namespace simdb::training
