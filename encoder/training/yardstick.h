#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "encoder/training/baselines.h"
#include "encoder/training/new_classes.h"
#include "encoder/training/trainer.h"
#include "encoder/training/validation.h"

namespace simdb::training {

/// One protocol for the network that is trained and for what is trivial: the same images, the same
/// draws. Thread-compatible.
class Yardstick {
 public:
  /// `validation` must outlive it.
  Yardstick(const Validation& validation, std::uint64_t seed);

  bool has_new_classes() const noexcept { return shots_ > 0; }

  /// Of the embeddings of the validation's queries, one row each, among `most_ways` classes at
  /// most. Without ways if their classes are not new to the network, or too few.
  NewClassScore score(const torch::Tensor& queries, std::size_t most_ways = kMostWays) const;
  /// At least as many classes as there are: among all of them at once an epoch is judged. Among 20
  /// a network of little training is as good as one that tells hundreds apart.
  std::size_t all_ways() const noexcept { return labels_.size(); }

  /// What a baseline makes of the queries, which are rows of `images`, looked up as the validation
  /// does; its gallery has rows of `training`.
  BaselineScore judge(const Baseline& baseline, const LabeledImages& images,
                      const LabeledImages& training) const;

  /// The baselines and the rivals; these, as they may take long, only where there are at most 1,500
  /// images to look at.
  std::vector<BaselineScore> judge_all(std::vector<Baseline> baselines,
                                       std::span<const Rival> rivals, const LabeledImages& images,
                                       const LabeledImages& training) const;

 private:
  const Validation& validation_;
  std::uint64_t seed_;
  std::size_t shots_ = 0;             ///< 0: no classes are new
  std::vector<std::int64_t> scored_;  ///< of the queries
  std::vector<int> labels_;           ///< theirs
};

/// How well a baseline tells apart the classes of `images`, which it has not learned: as
/// Yardstick::score() on all of them.
NewClassScore score_all_classes(const Baseline& baseline, const LabeledImages& images,
                                std::uint64_t seed);

/// What to expect of classes like all that there are, when `measured` is the score on those set
/// aside: the best baseline, which learned nothing and can be asked about all, tells how much
/// harder they are; its log odds differ as the network's do. Pure.
double expected(double measured, std::span<const BaselineScore> baselines) noexcept;

}  // namespace simdb::training
