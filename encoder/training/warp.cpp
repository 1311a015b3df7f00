#include <algorithm>
#include <numbers>

#include "encoder/training/augment_amounts_internal.h"
#include "encoder/training/warp_internal.h"

namespace simdb::training {
namespace {

/// N x 3 x 3 from nine elements, each of shape {N}.
torch::Tensor maps_of(torch::TensorList elements) {
  return torch::stack(elements, 1).view({-1, 3, 3});
}

/// Scaled, then shifted.
torch::Tensor scaled_and_shifted(const torch::Tensor& scale_x, const torch::Tensor& scale_y,
                                 const torch::Tensor& shift_x, const torch::Tensor& shift_y) {
  const torch::Tensor zero = torch::zeros_like(scale_x);
  const torch::Tensor one = torch::ones_like(scale_x);
  return maps_of({scale_x, zero, shift_x, zero, scale_y, shift_y, zero, zero, one});
}

torch::Tensor draw_affine(double amount, std::int64_t rows, RandomTensors& random) {
  const auto drawn = [&](double most) {
    return random.uniform({rows}, -most * amount, most * amount);
  };
  const torch::Tensor zoom = drawn(kMaxZoom).exp();
  const torch::Tensor stretch = drawn(kMaxStretch).exp();
  const torch::Tensor turn = drawn(kMaxTurnDegrees * std::numbers::pi / 180);
  const torch::Tensor x = zoom * stretch;
  const torch::Tensor y = zoom / stretch;
  const torch::Tensor zero = torch::zeros({rows});
  const torch::Tensor lean = drawn(kMaxLean);
  return maps_of({x * turn.cos(), x * (lean - turn.sin()), drawn(kMaxShift),  //
                  y * turn.sin(), y * turn.cos(), drawn(kMaxShift),           //
                  zero, zero, torch::ones({rows})});
}

torch::Tensor draw_perspective(double strength, std::int64_t rows, RandomTensors& random) {
  const double most = std::min(kMaxTilt * strength, kMaxTiltEver);
  const torch::Tensor zero = torch::zeros({rows});
  const torch::Tensor one = torch::ones({rows});
  return maps_of({one, zero, zero, zero, one, zero, random.uniform({rows}, -most, most),
                  random.uniform({rows}, -most, most), one});
}

/// A rectangle of the source, wholly inside it.
torch::Tensor draw_crop(double strength, std::int64_t rows, RandomTensors& random) {
  const double least = 1 - std::min(kMaxCrop * strength, kMaxCropEver);
  const torch::Tensor x = random.uniform({rows}, least, 1);
  const torch::Tensor y = random.uniform({rows}, least, 1);
  return scaled_and_shifted(x, y, (1 - x) * random.uniform({rows}, -1, 1),
                            (1 - y) * random.uniform({rows}, -1, 1));
}

torch::Tensor draw_flip(std::int64_t rows, RandomTensors& random) {
  const torch::Tensor zero = torch::zeros({rows});
  const torch::Tensor sign = torch::where(random.chance({rows}, 0.5), -1.0, 1.0).to(torch::kFloat);
  return scaled_and_shifted(sign, torch::ones({rows}), zero, zero);
}

/// How far a pixel on a line of `size` follows each node: size x kElasticNodes. The upsampling of
/// an image is a product with it on either side, and much quicker so.
torch::Tensor cubic_weights(std::int64_t size) {
  constexpr bool kAlignCorners = true;
  return torch::upsample_bicubic2d(
             torch::eye(kElasticNodes).view({1, kElasticNodes, kElasticNodes, 1}), {size, 1},
             kAlignCorners)
      .view({kElasticNodes, size})
      .t();
}

/// The centres of the pixels: 3 x HW, as (x, y, 1).
torch::Tensor pixel_centers(std::int64_t height, std::int64_t width) {
  const auto line = [](std::int64_t size) {
    return (torch::arange(size, torch::kFloat32) * 2 + 1) / size - 1;
  };
  return torch::stack({line(width).repeat({height}), line(height).repeat_interleave(width),
                       torch::ones({height * width})});
}

}  // namespace

bool moves_pixels(const AugmentOptions& options) noexcept {
  return options.affine || options.nudge || options.elastic || options.perspective ||
         options.crop || options.flip;
}

torch::Tensor draw_maps(const AugmentOptions& options, std::int64_t rows, RandomTensors& random) {
  torch::Tensor maps = torch::eye(3).repeat({rows, 1, 1});
  const auto add = [&](const torch::Tensor& more) { maps = torch::bmm(maps, more); };
  if (options.affine || options.nudge) {
    add(draw_affine(options.strength * (options.affine ? 1 : kNudge), rows, random));
  }
  if (options.perspective) add(draw_perspective(options.strength, rows, random));
  if (options.crop) add(draw_crop(options.strength, rows, random));
  if (options.flip) add(draw_flip(rows, random));
  return maps;
}

torch::Tensor draw_displacements(const AugmentOptions& options, std::int64_t rows,
                                 std::int64_t height, std::int64_t width, RandomTensors& random) {
  torch::Tensor nodes =
      random.normal({rows, 2, kElasticNodes, kElasticNodes}, kElastic * options.strength);
  nodes = nodes - nodes.mean({2, 3}, true);
  return torch::matmul(torch::matmul(cubic_weights(height), nodes), cubic_weights(width).t());
}

torch::Tensor warp(const torch::Tensor& planes, const torch::Tensor& borders,
                   const torch::Tensor& maps, const torch::Tensor& displacements) {
  const std::int64_t rows = planes.size(0);
  const std::int64_t height = planes.size(2);
  const std::int64_t width = planes.size(3);
  torch::Tensor points = torch::matmul(maps, pixel_centers(height, width));  // N x 3 x HW
  if (displacements.defined()) {
    const torch::Tensor linear = maps.slice(2, 0, 2).contiguous();  // what a displacement becomes
    points += torch::bmm(linear, displacements.reshape({rows, 2, -1}));
  }
  const torch::Tensor grid = (points.slice(1, 0, 2) / points.slice(1, 2, 3))
                                 .view({rows, 2, height, width})
                                 .permute({0, 2, 3, 1});
  // Outside is zero: without its border colour an image goes on in zeros, too.
  const torch::Tensor fill = borders.view({rows, -1, 1, 1});
  constexpr int kBilinear = 0;
  constexpr int kZeros = 0;
  constexpr bool kAlignCorners = false;
  return torch::grid_sampler(planes - fill, grid, kBilinear, kZeros, kAlignCorners) + fill;
}

}  // namespace simdb::training
