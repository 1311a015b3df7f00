#pragma once

#include <ATen/core/Generator.h>
#include <torch/types.h>

#include <cstddef>
#include <cstdint>

#include "encoder/training/train_options.h"

namespace simdb::training {

/// The colour an image goes on with beyond its border: the median of its border pixels, a channel.
/// Pixels are N x H x W x C bytes; the result is N x C floats in [0, 1].
torch::Tensor border_colors(const torch::Tensor& pixels);

/// The share of groups that class-making changes act on. Data of few classes needs every one of
/// them; data of hundreds has variety of its own, and what is lost by them (a lemon may be blue)
/// then costs more than it brings: 8 / classes, at most 1.
double class_making_share(std::size_t classes) noexcept;

/// Changes batches of images at random; see AugmentOptions for what each change is. One seed gives
/// one sequence. Thread-compatible.
class Augmenter {
 public:
  /// `share` is that of class-making changes, 0 to 1: all of it for colours, half of it for
  /// symmetry.
  Augmenter(const AugmentOptions& options, double share, std::uint64_t seed);

  /// `planes` is N x C x H x W in [0, 1], in `groups` groups of equal size, one after another;
  /// `borders` is N x C. Returns the same shape and range. The colour changes leave images of one
  /// channel alone.
  torch::Tensor operator()(torch::Tensor planes, const torch::Tensor& borders, int groups);

 private:
  torch::Tensor uniform(torch::IntArrayRef shape, double low, double high);
  torch::Tensor chance(std::int64_t groups, double probability);
  torch::Tensor draw_affine(std::int64_t rows);
  torch::Tensor draw_symmetries(std::int64_t groups);
  torch::Tensor draw_color_maps(std::int64_t groups);
  torch::Tensor move_pixels(const torch::Tensor& planes, const torch::Tensor& borders, int groups);

  AugmentOptions options_;
  double share_;
  at::Generator random_;
};

}  // namespace simdb::training
