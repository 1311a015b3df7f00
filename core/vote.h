#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace simdb {

/// How a vote weighs similarity: weight = exp(similarity / kVoteTemperature) / class size. The
/// kernel is that of Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance
/// Discrimination" (CVPR 2018): one near image outvotes nine distant ones. Over the class's size it
/// is the kernel estimate of the class's density, so the shares are the classes' posteriors when
/// all are equally likely beforehand (balanced as in Tan, "Neighbor-weighted k-nearest neighbor for
/// unbalanced text corpus", 2005): a class is not outvoted for having few images.
inline constexpr double kVoteTemperature = 0.07;

/// A neighbour that votes.
struct Voter {
  int label = 0;
  float similarity = 0;
  std::size_t class_size = 1;  ///< items of that label in the whole gallery; at least 1
};

struct LabelShare {
  int label = 0;
  double share = 0;  ///< of the vote, in (0, 1]; all shares sum to 1
};

/// The similarity-weighted vote of `voters` (nearest first): labels with their shares, best first.
/// Equal shares go to the label with the nearer best voter, so the result is deterministic. Empty
/// in, empty out. Thread-safe.
std::vector<LabelShare> weighted_vote(std::span<const Voter> voters);

}  // namespace simdb
