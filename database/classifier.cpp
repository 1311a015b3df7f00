#include "database/classifier.h"

#include <algorithm>
#include <cmath>

namespace simdb {

std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors) {
  std::vector<ClassScore> ranking;
  double total = 0;
  for (const LabeledNeighbor& neighbor : neighbors) {
    // Relative to the nearest: the shares are the same and the exponential can't overflow.
    const double distance = static_cast<double>(neighbors.front().similarity) - neighbor.similarity;
    const double weight = std::exp(-distance / kVoteTemperature);
    total += weight;
    const auto found = std::find_if(
        ranking.begin(), ranking.end(),
        [&](const ClassScore& candidate) { return candidate.class_name == neighbor.class_name; });
    if (found == ranking.end()) {
      ranking.push_back({neighbor.class_name, weight});
    } else {
      found->score += weight;
    }
  }
  for (ClassScore& candidate : ranking) candidate.score /= total;
  // Stable: among equals the class that was met first, with the nearer neighbour, stays first.
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const ClassScore& a, const ClassScore& b) { return a.score > b.score; });
  return ranking;
}

}  // namespace simdb
