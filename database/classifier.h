#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/item.h"

namespace simdb {

/// A neighbour with what a vote needs to know of it.
struct LabeledNeighbor {
  ItemId id{};
  float similarity = 0;
  std::string class_name;
  std::string source;
  std::size_t class_size = 1;  ///< items of that class in the database; at least 1
};

struct ClassScore {
  std::string class_name;
  double score = 0;  ///< share of the vote, in (0, 1]; all scores of a ranking sum to 1
};

/// The similarity-weighted vote of `neighbors` (nearest first; see core/vote.h): classes with their
/// shares, best first. Equal shares go to the class with the nearer best neighbour, so the result
/// is deterministic. Empty in, empty out. Thread-safe.
std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors);

}  // namespace simdb
