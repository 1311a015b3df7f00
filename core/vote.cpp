#include "core/vote.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace simdb {
namespace {

// What is known of a label while its voters are counted.
struct Candidate {
  double density = 0;
  std::size_t items = 1;
  std::optional<float> mean_similarity;
};

// 0 where a mean is not known: densities alone are compared then.
double weight_of_means(std::span<const Candidate> candidates) {
  double items = 0;
  for (const Candidate& candidate : candidates) {
    if (!candidate.mean_similarity) return 0;
    items += static_cast<double>(candidate.items);
  }
  return class_mean_weight(items / static_cast<double>(candidates.size()));
}

}  // namespace

double class_mean_weight(double class_size) noexcept {
  constexpr double kMost = 0.8;
  constexpr double kFewItems = 10;
  if (class_size > kMostMeantItems) return 0;
  return kMost * kFewItems / (kFewItems + class_size);
}

std::vector<LabelShare> weighted_vote(std::span<const Voter> voters) {
  if (voters.empty()) return {};
  std::vector<LabelShare> ranking;
  std::vector<Candidate> candidates;
  std::unordered_map<int, std::size_t> places;
  for (const Voter& voter : voters) {
    const auto [place, is_new] = places.try_emplace(voter.label, ranking.size());
    if (is_new) {
      ranking.push_back({voter.label, 0});
      candidates.push_back({0, voter.class_size, voter.class_similarity});
    }
    // Relative to the nearest: the shares are the same and the exponential can't overflow.
    const double distance = static_cast<double>(voters.front().similarity) - voter.similarity;
    candidates[place->second].density +=
        std::exp(-distance / kVoteTemperature) / static_cast<double>(voter.class_size);
  }
  const double weight = weight_of_means(candidates);
  double total = 0;
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const Candidate& candidate = candidates[i];
    ranking[i].share = candidate.density;
    if (weight > 0) {
      ranking[i].share = std::pow(candidate.density, 1 - weight) *
                         std::exp(weight * *candidate.mean_similarity / kVoteTemperature);
    }
    total += ranking[i].share;
  }
  for (LabelShare& entry : ranking) entry.share /= total;
  // Stable: among equals the label that was met first, with the nearer voter, stays first.
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const LabelShare& a, const LabelShare& b) { return a.share > b.share; });
  return ranking;
}

}  // namespace simdb
