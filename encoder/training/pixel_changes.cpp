#include <algorithm>
#include <cmath>
#include <numbers>

#include "encoder/training/augment_amounts_internal.h"
#include "encoder/training/pixel_changes_internal.h"

namespace simdb::training {
namespace {

constexpr double kRadians = std::numbers::pi / 180;

/// Every pixel becomes the greatest of itself and its two neighbours along `dim`. Slices are many
/// times quicker than max_pool2d here.
torch::Tensor widen(const torch::Tensor& planes, int dim) {
  const std::int64_t last = planes.size(dim) - 1;
  torch::Tensor wide = planes.clone();
  torch::Tensor front = wide.narrow(dim, 0, last);
  torch::Tensor back = wide.narrow(dim, 1, last);
  torch::maximum_out(front, front, planes.narrow(dim, 1, last));
  torch::maximum_out(back, back, planes.narrow(dim, 0, last));
  return wide;
}

/// (1 2 1) / 4 along `dim`; what lies beyond the edge is like the edge.
torch::Tensor smooth(const torch::Tensor& planes, int dim) {
  const std::int64_t last = planes.size(dim) - 1;
  const torch::Tensor padded =
      torch::cat({planes.narrow(dim, 0, 1), planes, planes.narrow(dim, last, 1)}, dim);
  return (padded.narrow(dim, 0, last + 1) + padded.narrow(dim, 2, last + 1)) / 4 + planes / 2;
}

/// A random stretch of a line of `size` pixels in every row: N x size, true inside.
torch::Tensor draw_stretch(std::int64_t rows, std::int64_t size, double least, double most,
                           RandomTensors& random) {
  const torch::Tensor length = random.uniform({rows, 1}, least, most) * size;
  const torch::Tensor begin = random.uniform({rows, 1}, 0, 1) * (size - length);
  const torch::Tensor center = torch::arange(size, torch::kFloat32) + 0.5;
  return center.ge(begin).logical_and(center.lt(begin + length));
}

}  // namespace

torch::Tensor change_stroke(const torch::Tensor& planes, const torch::Tensor& borders,
                            double strength, RandomTensors& random) {
  const std::int64_t rows = planes.size(0);
  const torch::Tensor ink =
      (planes.mean({1, 2, 3}, true) - borders.view({rows, -1, 1, 1})).ge(0) * 2 - 1;  // 1: lighter
  const torch::Tensor thicker = random.chance({rows, 1, 1, 1}, 0.5);
  const torch::Tensor most = torch::where(thicker, std::min(kMaxThicker * strength, 1.0),
                                          std::min(kMaxThinner * strength, 1.0))
                                 .to(torch::kFloat32);
  const torch::Tensor amount = random.uniform({rows, 1, 1, 1}, 0, 1) * most;
  // Thinning the ink is thickening the ground, and the darkest is the lightest of the negative.
  const torch::Tensor sign = torch::where(thicker, ink, -ink);
  const torch::Tensor positive = planes * sign;
  torch::Tensor wide = positive;
  const auto times = std::max(1L, std::lround(static_cast<double>(planes.size(2)) / kStrokeSide));
  for (long i = 0; i < times; ++i) wide = widen(widen(wide, 2), 3);
  return (positive + (wide - positive) * amount) * sign;
}

torch::Tensor blur(const torch::Tensor& planes, double strength, RandomTensors& random) {
  const torch::Tensor amount =
      random.uniform({planes.size(0), 1, 1, 1}, 0, std::min(kMaxBlur * strength, 1.0));
  return planes + (smooth(smooth(planes, 2), 3) - planes) * amount;
}

torch::Tensor coarsen(const torch::Tensor& planes, double strength, RandomTensors& random) {
  const std::int64_t rows = planes.size(0);
  const torch::Tensor chosen = random.chance({rows}, kCoarseChance);
  // Equal shares for equal factors: log-uniform.
  const torch::Tensor sides = random
                                  .uniform({rows}, std::log(coarse_side(kMaxCoarse, strength)),
                                           std::log(coarse_side(kMinCoarse, strength)))
                                  .exp();
  torch::Tensor result = planes.clone();
  for (std::int64_t i = 0; i < rows; ++i) {
    if (!chosen[i].item<bool>()) continue;
    const double side = sides[i].item<float>();
    const auto length = [&](std::int64_t of) {
      return std::max<std::int64_t>(1, std::lround(static_cast<double>(of) * side));
    };
    const torch::Tensor image = planes.narrow(0, i, 1);
    const torch::Tensor small =
        torch::adaptive_avg_pool2d(image, {length(image.size(2)), length(image.size(3))});
    result.narrow(0, i, 1).copy_(
        torch::upsample_bilinear2d(small, {image.size(2), image.size(3)}, /*align_corners=*/false));
  }
  return result;
}

torch::Tensor erase(const torch::Tensor& planes, const torch::Tensor& borders, double strength,
                    RandomTensors& random) {
  const std::int64_t rows = planes.size(0);
  const double least = std::min(kMinErase * strength, kMaxEraseEver);
  const double most = std::min(kMaxErase * strength, kMaxEraseEver);
  const torch::Tensor y = draw_stretch(rows, planes.size(2), least, most, random);
  const torch::Tensor x = draw_stretch(rows, planes.size(3), least, most, random);
  const torch::Tensor chosen = random.chance({rows, 1}, kEraseChance);
  const torch::Tensor gone =
      y.logical_and(chosen).view({rows, 1, -1, 1}).logical_and(x.view({rows, 1, 1, -1}));
  return torch::where(gone, borders.view({rows, -1, 1, 1}), planes);
}

torch::Tensor change_light(const torch::Tensor& planes, double strength, RandomTensors& random) {
  const auto drawn = [&](double most) {
    return random.uniform({planes.size(0), 1, 1, 1}, -most * strength, most * strength);
  };
  const torch::Tensor contrast = drawn(kMaxContrast) + 1;
  return torch::addcmul((1 - contrast) / 2 + drawn(kMaxBrightness), planes, contrast);
}

torch::Tensor add_noise(const torch::Tensor& planes, double strength, RandomTensors& random) {
  return random.normal(planes.sizes(), kNoise * strength).add_(planes);
}

torch::Tensor hue_turns(const torch::Tensor& angles) {
  const torch::Tensor angle = angles.view({-1, 1, 1});
  const torch::Tensor along = torch::full({3, 3}, 1.0 / 3);
  const float r = static_cast<float>(1 / std::numbers::sqrt3);
  const torch::Tensor around = torch::tensor({0.F, -r, r, r, 0.F, -r, -r, r, 0.F}).view({3, 3});
  return angle.cos() * torch::eye(3) + (1 - angle.cos()) * along + angle.sin() * around;
}

torch::Tensor draw_jitter(std::int64_t rows, double strength, RandomTensors& random) {
  const double most = kMaxHueDegrees * kRadians * strength;
  const torch::Tensor turn = hue_turns(random.uniform({rows}, -most, most));
  const torch::Tensor saturation =
      random.uniform({rows, 1, 1}, -kMaxSaturation * strength, kMaxSaturation * strength) + 1;
  const torch::Tensor saturate =
      saturation * torch::eye(3) + (1 - saturation) * torch::full({3, 3}, 1.0 / 3);
  return torch::bmm(turn, saturate);
}

torch::Tensor map_colors(const torch::Tensor& planes, const torch::Tensor& maps) {
  return torch::bmm(maps, planes.reshape({planes.size(0), 3, -1}) - 0.5).view(planes.sizes()) + 0.5;
}

}  // namespace simdb::training
