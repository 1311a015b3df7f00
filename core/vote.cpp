#include "core/vote.h"

#include <algorithm>
#include <cmath>

namespace simdb {

std::vector<LabelShare> weighted_vote(std::span<const Voter> voters) {
  std::vector<LabelShare> ranking;
  double total = 0;
  for (const Voter& voter : voters) {
    // Relative to the nearest: the shares are the same and the exponential can't overflow.
    const double distance = static_cast<double>(voters.front().similarity) - voter.similarity;
    const double weight =
        std::exp(-distance / kVoteTemperature) / static_cast<double>(voter.class_size);
    total += weight;
    const auto found = std::find_if(ranking.begin(), ranking.end(), [&](const LabelShare& entry) {
      return entry.label == voter.label;
    });
    if (found == ranking.end()) {
      ranking.push_back({voter.label, weight});
    } else {
      found->share += weight;
    }
  }
  for (LabelShare& entry : ranking) entry.share /= total;
  // Stable: among equals the label that was met first, with the nearer voter, stays first.
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const LabelShare& a, const LabelShare& b) { return a.share > b.share; });
  return ranking;
}

}  // namespace simdb
