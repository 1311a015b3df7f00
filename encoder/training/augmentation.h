#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "encoder/training/augment_options.h"
#include "encoder/training/batch_sampler.h"
#include "encoder/training/random_tensors_internal.h"

namespace simdb::training {

/// The colour an image goes on with beyond its border: the median of its border pixels, per
/// channel. Pixels are N x H x W x C bytes; the result is N x C floats in [0, 1].
torch::Tensor border_colors(const torch::Tensor& pixels);

/// A batch after its changes.
struct Augmented {
  torch::Tensor planes;
  /// Which class-making variant a row is, int64 N: 0 is as it was, q < 4 is q quarter turns
  /// clockwise, 4 + q is mirrored (left and right) and then turned. -1 is a change without a
  /// number: by any angle, or of colours. A loss that keeps something for each class (a proxy)
  /// keeps it for each (class, variant) and passes over -1.
  torch::Tensor variants;
};

/// Variants that have a number: they are in [0, count).
int variant_count(const AugmentOptions& options, Unit unit) noexcept;

/// "as it was", "turned 90°", "mirrored, turned 180°", ...; "recoloured or turned" for -1.
std::string variant_name(int variant);

/// Changes batches of images at random; see AugmentOptions for what each change is. One seed gives
/// one sequence. Thread-compatible.
class Augmenter {
 public:
  /// Throws Error(kUsage) if the options are automatic: resolve_augment() comes first.
  Augmenter(const AugmentOptions& options, ClassMaking making, std::uint64_t seed);

  /// `planes` is N x C x H x W in [0, 1], group by group and class by class as `shape` says;
  /// `borders` is N x C. Where the unit is the class, classes of a group that have the same
  /// `families` (one per row, or empty) turn together: siblings are the hardest to tell apart, but
  /// only while they are upright alike. Returns planes of the same shape and range.
  Augmented operator()(torch::Tensor planes, const torch::Tensor& borders, const BatchShape& shape,
                       std::span<const int> families = {});

  /// Where the sequence stands, as bytes of the generator.
  std::string state() const;
  /// Goes on from there. Throws Error(kBadInput) if `state` is none.
  void restore(std::string_view state);

 private:
  struct Turns {
    torch::Tensor maps;      // U x 2 x 2
    torch::Tensor variants;  // U
  };
  Turns draw_turns(const BatchShape& shape, std::span<const int> families);
  Turns draw_quarter_turns(const BatchShape& shape, std::span<const int> families);
  Turns draw_any_turns(std::int64_t groups);
  torch::Tensor draw_color_maps(std::int64_t units, torch::Tensor& variants);

  AugmentOptions options_;
  ClassMaking making_;
  RandomTensors random_;
};

}  // namespace simdb::training
