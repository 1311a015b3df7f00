#include "encoder/training/augmentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numbers>
#include <utility>

#include "encoder/training/pixel_changes_internal.h"
#include "encoder/training/warp_internal.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr int kQuarters = 4;
constexpr std::int64_t kUnnumbered = -1;

/// Where variant v takes a pixel from: 8 x 2 x 2. Whole numbers, so that a quarter turn moves
/// pixels without blurring them.
torch::Tensor quarter_turns() {
  const torch::Tensor turns = torch::tensor({1.F, 0.F, 0.F, 1.F, 0.F, 1.F, -1.F, 0.F, -1.F, 0.F,
                                             0.F, -1.F, 0.F, -1.F, 1.F, 0.F})
                                  .view({kQuarters, 2, 2});
  const torch::Tensor mirror = torch::tensor({-1.F, 0.F, 0.F, 1.F}).view({2, 2});
  return torch::cat({turns, torch::matmul(mirror, turns)});
}

/// The 2 x 2 maps as 3 x 3 ones.
torch::Tensor with_third_axis(const torch::Tensor& maps) {
  torch::Tensor wide = torch::eye(3).repeat({maps.size(0), 1, 1});
  wide.slice(1, 0, 2).slice(2, 0, 2).copy_(maps);
  return wide;
}

}  // namespace

torch::Tensor border_colors(const torch::Tensor& pixels) {
  const torch::Tensor border = torch::cat(
      {pixels.select(1, 0), pixels.select(1, -1), pixels.select(2, 0), pixels.select(2, -1)}, 1);
  return std::get<0>(border.to(torch::kFloat32).median(1)) / 255;
}

int variant_count(const AugmentOptions& options, Unit unit) noexcept {
  if (unit == Unit::kGroup) return 1;
  if (options.mirror) return 2 * kQuarters;
  return options.symmetry ? kQuarters : 1;
}

std::string variant_name(int variant) {
  if (variant < 0) return "recoloured or turned";
  if (variant == 0) return "as it was";
  const int degrees = variant % kQuarters * 90;
  std::string turned = degrees == 0 ? std::string() : fmt::format("turned {}°", degrees);
  if (variant < kQuarters) return turned;
  return degrees == 0 ? "mirrored" : "mirrored, " + turned;
}

Augmenter::Augmenter(const AugmentOptions& options, ClassMaking making, std::uint64_t seed)
    : options_(options), making_(making), random_(seed) {
  if (options.automatic) {
    throw Error(ErrorCode::kUsage, "can't augment by 'auto' before it is resolved for the data");
  }
}

Augmented Augmenter::operator()(torch::Tensor planes, const torch::Tensor& borders,
                                const BatchShape& shape, std::span<const int> families) {
  const torch::NoGradGuard no_gradients;
  const std::int64_t rows = planes.size(0);
  const bool is_color = planes.size(1) == 3;
  const double strength = options_.strength;
  const std::int64_t units =
      making_.unit == Unit::kGroup ? shape.groups : shape.groups * shape.classes;
  const auto for_rows = [&](const torch::Tensor& of_units) {
    return of_units.repeat_interleave(rows / units, 0);
  };

  if (options_.stroke && !is_color) planes = change_stroke(planes, borders, strength, random_);
  torch::Tensor variants = torch::zeros({units}, torch::kInt64);
  torch::Tensor maps = draw_maps(options_, rows, random_);
  if (options_.symmetry || options_.mirror) {
    const Turns turns = draw_turns(shape, families);
    variants = turns.variants;
    maps = torch::bmm(with_third_axis(for_rows(turns.maps)), maps);
  }
  torch::Tensor displacements;
  if (options_.elastic) {
    displacements = draw_displacements(options_, rows, planes.size(2), planes.size(3), random_);
  }
  if (moves_pixels(options_) || options_.symmetry || options_.mirror) {
    planes = warp(planes, borders, maps, displacements);
  }
  if (options_.erase) planes = erase(planes, borders, strength, random_);
  if (options_.blur) planes = blur(planes, strength, random_);
  if (options_.coarse) planes = coarsen(planes, strength, random_);
  if (is_color && (options_.jitter || options_.colors)) {
    torch::Tensor color_maps = torch::eye(3).repeat({rows, 1, 1});
    if (options_.jitter) color_maps = draw_jitter(rows, strength, random_);
    if (options_.colors) {
      color_maps = torch::bmm(for_rows(draw_color_maps(units, variants)), color_maps);
    }
    planes = map_colors(planes, color_maps);
  }
  if (options_.light) planes = change_light(planes, strength, random_);
  if (options_.noise) planes = add_noise(planes, strength, random_);
  return {planes.clamp(0, 1), for_rows(variants)};
}

Augmenter::Turns Augmenter::draw_turns(const BatchShape& shape, std::span<const int> families) {
  return making_.unit == Unit::kClass ? draw_quarter_turns(shape, families)
                                      : draw_any_turns(shape.groups);
}

/// One a class, but for classes of a family, which take the first one's.
Augmenter::Turns Augmenter::draw_quarter_turns(const BatchShape& shape,
                                               std::span<const int> families) {
  const std::int64_t units = std::int64_t{shape.groups} * shape.classes;
  torch::Tensor variants = torch::zeros({units}, torch::kInt64);
  if (options_.symmetry) variants = random_.below({units}, kQuarters);
  if (options_.mirror) variants = variants + kQuarters * random_.below({units}, 2);
  if (!families.empty()) {
    std::map<std::pair<std::int64_t, int>, std::int64_t> first;
    auto variant_of = variants.accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < units; ++i) {
      const std::pair family(i / shape.classes, families[i * shape.images]);
      variant_of[i] = first.try_emplace(family, variant_of[i]).first->second;
    }
  }
  return {quarter_turns().index_select(0, variants), variants};
}

/// At least half of the groups stay as they are: with all of them turned, learning took more than
/// twice as long.
Augmenter::Turns Augmenter::draw_any_turns(std::int64_t groups) {
  const torch::Tensor angle = options_.symmetry ? random_.uniform({groups}, 0, 2 * std::numbers::pi)
                                                : torch::zeros({groups});
  const torch::Tensor side =
      options_.mirror ? random_.uniform({groups}, -1, 1).sign() : torch::ones({groups});
  const torch::Tensor turns =
      torch::stack({side * angle.cos(), -side * angle.sin(), angle.sin(), angle.cos()}, 1)
          .view({-1, 2, 2});
  const torch::Tensor changed = random_.chance({groups}, making_.share / 2);
  return {torch::where(changed.view({-1, 1, 1}), turns, torch::eye(2)),
          torch::where(changed, kUnnumbered, std::int64_t{0})};
}

/// Hues turned by any angle, half of them followed by an inversion about mid-grey: U x 3 x 3.
torch::Tensor Augmenter::draw_color_maps(std::int64_t units, torch::Tensor& variants) {
  const torch::Tensor turn = hue_turns(random_.uniform({units}, 0, 2 * std::numbers::pi));
  const torch::Tensor maps = turn * random_.uniform({units, 1, 1}, -1, 1).sign();
  const torch::Tensor changed = random_.chance({units}, making_.share);
  variants = variants.masked_fill(changed, kUnnumbered);
  return torch::where(changed.view({-1, 1, 1}), maps, torch::eye(3));
}

std::string Augmenter::state() const {
  const torch::Tensor bytes = random_.generator().get_state();
  return {static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(bytes.numel())};
}

void Augmenter::restore(std::string_view state) {
  const torch::Tensor bytes =
      torch::empty({static_cast<std::int64_t>(state.size())}, torch::kUInt8);
  std::copy(state.begin(), state.end(), static_cast<char*>(bytes.data_ptr()));
  try {
    random_.generator().set_state(bytes);
  } catch (const c10::Error&) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("can't go on with augmentation: {} bytes are no state of its random "
                            "numbers; the checkpoint is damaged or of another LibTorch",
                            state.size()));
  }
}

}  // namespace simdb::training
