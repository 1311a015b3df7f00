#include "database/classifier.h"

#include <algorithm>
#include <cstddef>

#include "core/vote.h"

namespace simdb {

std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors) {
  // A class is known by the place of its first neighbour.
  std::vector<Voter> voters;
  voters.reserve(neighbors.size());
  for (const LabeledNeighbor& neighbor : neighbors) {
    const auto first = std::find_if(
        neighbors.begin(), neighbors.end(),
        [&](const LabeledNeighbor& other) { return other.class_name == neighbor.class_name; });
    voters.push_back(
        {static_cast<int>(first - neighbors.begin()), neighbor.similarity, neighbor.class_size});
  }
  std::vector<ClassScore> ranking;
  for (const LabelShare& entry : weighted_vote(voters)) {
    ranking.push_back({neighbors[static_cast<std::size_t>(entry.label)].class_name, entry.share});
  }
  return ranking;
}

}  // namespace simdb
