#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "simdb/vote_rule.h"

namespace simdb {

/// A few items say little about where a class is dense, but their mean already points at its
/// middle. So a class whose mean is nearer to the query than its density D tells is raised:
///   D = T log(sum of its voters' exp(similarity / T) / n^e),  C = similarity to its mean's
///   direction score = D + max(0, 1 - sqrt(n / kMeanFadesAt)) max(0, C - D) share = exp(score / T),
///   scaled so that all shares sum to 1
/// where T and e are those of the VoteRule and n is the size of the class. A mean never lowers a
/// class: one of several looks has none that is near to any of them.
inline constexpr std::size_t kMeanFadesAt = 64;
/// Only the classes of the nearest voters are raised. It bounds the work of a vote of thousands.
inline constexpr std::size_t kMeansHeard = 32;

/// Whether a mean has a say for a class of `class_size` items that is the `place`-th, from 0, among
/// the classes in the order of their best voters. The mean of one item is the item.
constexpr bool mean_is_heard(std::size_t place, std::size_t class_size) noexcept {
  return place < kMeansHeard && class_size > 1 && class_size < kMeanFadesAt;
}

/// A neighbour that votes. Voters of one label have the same size and mean.
struct Voter {
  int label = 0;
  float similarity = 0;
  std::size_t class_size = 1;  ///< items of that label in the whole gallery; at least 1
  /// Of the query to the direction of the mean of these items. Needed only where mean_is_heard and
  /// more than one label votes; without it the label is not raised.
  std::optional<float> mean_similarity = std::nullopt;
};

struct LabelShare {
  int label = 0;
  double share = 0;  ///< of the vote, in (0, 1]; all shares sum to 1
};

/// The vote of `voters` (nearest first): labels with their shares, best first. Equal shares go to
/// the label with the nearer best voter, so the result is deterministic. Empty in, empty out. Takes
/// n log n steps for n voters. Thread-safe.
std::vector<LabelShare> weighted_vote(std::span<const Voter> voters, const VoteRule& rule = {});

}  // namespace simdb
