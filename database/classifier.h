#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/item.h"
#include "database/gallery.h"

namespace simdb {

/// A neighbour with what a vote needs to know of it.
struct LabeledNeighbor {
  ItemId id{};
  float similarity = 0;
  std::string class_name;
  std::string source;
  std::size_t class_size = 1;  ///< items of that class in the database; at least 1
  /// Of the query to the direction of the class's mean, where the vote asks for it: see
  /// core/vote.h.
  std::optional<float> mean_similarity = std::nullopt;
};

struct ClassScore {
  std::string class_name;
  double score = 0;  ///< share of the vote, in (0, 1]; all scores of a ranking sum to 1
};

/// Fills in class_size and mean_similarity of the neighbours (nearest first) of `query`: a look-up
/// of each class among them. Errors as Gallery's. Thread-safe.
void look_up_classes(const Gallery& gallery, std::span<const float> query,
                     std::span<LabeledNeighbor> neighbors);

/// The vote of `neighbors` (nearest first) as core/vote.h has it: classes with their shares, best
/// first. Equal shares go to the class with the nearer best neighbour, so the result is
/// deterministic. Empty in, empty out. Thread-safe.
std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors);

}  // namespace simdb
