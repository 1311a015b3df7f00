#pragma once

#include <cstddef>
#include <optional>
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

/// How much the mean of a class says beside its items that are near, in [0, 0.8]: `class_size` is
/// the mean number of items of the classes that are compared. With few items a class's mean knows
/// more of it than the nearest one of them does (the nearest class mean of Mensink et al.,
/// "Distance-Based Image Classification", PAMI 2013); with many, a class that has several looks is
/// badly told by one mean. 0 above kMostMeantItems. docs/decisions/0016 has what was measured.
double class_mean_weight(double class_size) noexcept;

inline constexpr std::size_t kMostMeantItems = 200;

/// A neighbour that votes.
struct Voter {
  int label = 0;
  float similarity = 0;
  std::size_t class_size = 1;  ///< items of that label in the whole gallery; at least 1
  /// Cosine of the query and the mean of that label's items; the same for all voters of a label.
  std::optional<float> class_similarity = std::nullopt;
};

struct LabelShare {
  int label = 0;
  double share = 0;  ///< of the vote, in (0, 1]; all shares sum to 1
};

/// The vote of `voters` (nearest first): labels with their shares, best first. For a label c of n_c
/// items, N_c being its voters, T = kVoteTemperature and w = class_mean_weight(mean of all n_c):
///   share_c is proportional to (sum over N_c of exp(s / T) / n_c)^(1 - w) exp(class_similarity /
///   T)^w
/// Without the class similarities of all labels w is 0. Equal shares go to the label with the
/// nearer best voter, so the result is deterministic. Empty in, empty out. Costs about as much as
/// sorting the labels. Thread-safe.
std::vector<LabelShare> weighted_vote(std::span<const Voter> voters);

}  // namespace simdb
