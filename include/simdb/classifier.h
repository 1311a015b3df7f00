#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/gallery.h"
#include "simdb/vote_rule.h"

namespace simdb {

struct ClassScore {
  std::string class_name;
  double score = 0;  ///< share of the vote, in (0, 1]; all scores of a ranking sum to 1
};

/// Tells the size of a class, and its mean where `with_mean`.
using ClassTeller = std::function<ClassSummary(std::string_view class_name, bool with_mean)>;

/// For engines: fills in class_size and mean_similarity of the neighbours (nearest first) of
/// `query`. Asks `tell` once for each class among them. Thread-safe.
void describe_classes(std::span<const float> query, std::span<LabeledNeighbor> neighbors,
                      const ClassTeller& tell);

/// The vote of `neighbors` (nearest first) by `rule`, as core/vote.h has it: classes with their
/// shares, best first. Equal shares go to the class with the nearer best neighbour, so the result
/// is deterministic. Empty in, empty out. Thread-safe.
std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors, const VoteRule& rule = {});

}  // namespace simdb
