#pragma once

#include <cstddef>
#include <optional>
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
  /// Cosine of the query and the mean of that class's items, where the vote makes use of it.
  std::optional<float> class_similarity = std::nullopt;
};

struct ClassScore {
  std::string class_name;
  double score = 0;  ///< share of the vote, in (0, 1]; all scores of a ranking sum to 1
};

class Gallery;

/// Fills in class_similarity where weighted_vote() makes use of it: while classes have few items.
/// `neighbors` are those of `query`. Errors as Gallery's. Thread-safe.
void compare_with_means(const Gallery& gallery, std::span<const float> query,
                        std::span<LabeledNeighbor> neighbors);

/// The vote of `neighbors` (nearest first; see core/vote.h): classes with their shares, best first.
/// Equal shares go to the class with the nearer best neighbour, so the result is deterministic.
/// Empty in, empty out. Thread-safe.
std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors);

}  // namespace simdb
