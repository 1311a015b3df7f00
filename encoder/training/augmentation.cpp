#include "encoder/training/augmentation.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <numbers>

namespace simdb::training {
namespace {

constexpr double kMaxTurn = std::numbers::pi / 12;
constexpr double kMaxZoom = 0.25;
constexpr double kMaxStretch = 0.15;
constexpr double kMaxShift = 0.2;  // of half the side
constexpr double kMaxBrightness = 0.1;
constexpr double kMaxContrast = 0.2;
constexpr double kNoise = 0.02;

/// N x 2 x 2 matrices from their four elements, each of shape {N}.
torch::Tensor matrices(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& c,
                       const torch::Tensor& d) {
  return torch::stack({a, b, c, d}, 1).view({-1, 2, 2});
}

torch::Tensor turns(const torch::Tensor& angle) {
  return matrices(angle.cos(), -angle.sin(), angle.sin(), angle.cos());
}

}  // namespace

torch::Tensor border_colors(const torch::Tensor& pixels) {
  const torch::Tensor border = torch::cat(
      {pixels.select(1, 0), pixels.select(1, -1), pixels.select(2, 0), pixels.select(2, -1)}, 1);
  return std::get<0>(border.to(torch::kFloat32).median(1)) / 255;
}

Augmenter::Augmenter(const AugmentOptions& options, std::uint64_t seed)
    : options_(options), random_(at::detail::createCPUGenerator(seed)) {}

torch::Tensor Augmenter::operator()(torch::Tensor planes, const torch::Tensor& borders,
                                    int groups) {
  const std::int64_t rows = planes.size(0);
  if (options_.affine || options_.symmetry) planes = move_pixels(planes, borders, groups);
  if (options_.colors && planes.size(1) == 3) {
    const torch::Tensor maps = draw_color_maps(groups);  // G x 3 x 3
    const torch::Tensor grouped = planes.view({groups, rows / groups, 3, -1}) - 0.5;
    planes = torch::matmul(maps.unsqueeze(1), grouped).view(planes.sizes()) + 0.5;
  }
  if (options_.light) {
    const torch::Tensor contrast = uniform({rows, 1, 1, 1}, 1 - kMaxContrast, 1 + kMaxContrast);
    const torch::Tensor brightness = uniform({rows, 1, 1, 1}, -kMaxBrightness, kMaxBrightness);
    planes = (planes - 0.5) * contrast + 0.5 + brightness;
  }
  if (options_.noise) planes = planes + kNoise * torch::randn(planes.sizes(), random_);
  return planes.clamp(0, 1);
}

torch::Tensor Augmenter::uniform(torch::IntArrayRef shape, double low, double high) {
  return torch::rand(shape, random_) * (high - low) + low;
}

/// Resamples each picture where its own affine map and its group's symmetry send it. The border
/// colour is taken away before and added after, so that what comes in from outside, zero, is the
/// border colour.
torch::Tensor Augmenter::move_pixels(const torch::Tensor& planes, const torch::Tensor& borders,
                                     int groups) {
  const std::int64_t rows = planes.size(0);
  torch::Tensor maps = draw_affine(rows);  // N x 2 x 3: where an output pixel is taken from
  if (options_.symmetry) {
    maps = torch::matmul(draw_symmetries(groups).repeat_interleave(rows / groups, 0), maps);
  }
  const torch::Tensor fill = borders.view({rows, -1, 1, 1});
  const torch::Tensor grid = torch::affine_grid_generator(maps, planes.sizes(), false);
  constexpr int kBilinear = 0;
  constexpr int kZeros = 0;
  return torch::grid_sampler(planes - fill, grid, kBilinear, kZeros, false) + fill;
}

torch::Tensor Augmenter::draw_affine(std::int64_t rows) {
  if (!options_.affine) return torch::eye(2, 3).repeat({rows, 1, 1});
  const torch::Tensor zoom = uniform({rows}, -kMaxZoom, kMaxZoom).exp();
  const torch::Tensor stretch = uniform({rows}, -kMaxStretch, kMaxStretch).exp();
  const torch::Tensor zero = torch::zeros({rows});
  const torch::Tensor linear = torch::matmul(matrices(zoom * stretch, zero, zero, zoom / stretch),
                                             turns(uniform({rows}, -kMaxTurn, kMaxTurn)));
  return torch::cat({linear, uniform({rows, 2, 1}, -kMaxShift, kMaxShift)}, 2);
}

/// Turns by any angle, half of them mirrored, for half of the groups; the others stay as they are,
/// so that the network also sees what it will be asked about. G x 2 x 2.
torch::Tensor Augmenter::draw_symmetries(std::int64_t groups) {
  const torch::Tensor turn = turns(uniform({groups}, 0, 2 * std::numbers::pi));
  const torch::Tensor mirror = uniform({groups}, -1, 1).sign();
  const torch::Tensor zero = torch::zeros({groups});
  const torch::Tensor maps =
      torch::matmul(matrices(mirror, zero, zero, torch::ones({groups})), turn);
  return torch::where(uniform({groups, 1, 1}, -1, 1).gt(0), maps, torch::eye(2));
}

/// Turns about the grey axis by any angle (red becomes green at 120 degrees, grey stays), half of
/// them followed by an inversion about mid-grey: G x 3 x 3.
torch::Tensor Augmenter::draw_color_maps(std::int64_t groups) {
  const torch::Tensor angle = uniform({groups, 1, 1}, 0, 2 * std::numbers::pi);
  const torch::Tensor along = torch::full({3, 3}, 1.0 / 3);
  const float r = static_cast<float>(1 / std::numbers::sqrt3);
  const torch::Tensor around = torch::tensor({0.F, -r, r, r, 0.F, -r, -r, r, 0.F}).view({3, 3});
  const torch::Tensor turn =
      angle.cos() * torch::eye(3) + (1 - angle.cos()) * along + angle.sin() * around;
  return turn * uniform({groups, 1, 1}, -1, 1).sign();
}

}  // namespace simdb::training
