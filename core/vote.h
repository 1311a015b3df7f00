#pragma once

#include <span>
#include <vector>

namespace simdb {

/// How a vote weighs similarity: weight = exp(similarity / kVoteTemperature), as in Wu et al.,
/// "Unsupervised Feature Learning via Non-Parametric Instance Discrimination" (CVPR 2018). One near
/// image outvotes nine distant ones, so a class with a single image can win.
inline constexpr double kVoteTemperature = 0.07;

/// A neighbour that votes.
struct Voter {
  int label = 0;
  float similarity = 0;
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
