#include "core/vote.h"

#include <algorithm>
#include <cmath>

namespace simdb {
namespace {

// The voters of one label.
struct Party {
  std::size_t first = 0;  // its best voter's position
  double density = 0;     // sum of the weights, relative to the nearest voter of all
};

// A label's voters are of one size.
double size_weight(std::size_t class_size, const VoteRule& rule) {
  const auto size = static_cast<double>(class_size);
  return rule.size_exponent == 1 ? 1 / size : std::pow(size, -rule.size_exponent);
}

std::vector<Party> group(std::span<const Voter> voters, const VoteRule& rule) {
  std::vector<std::size_t> order(voters.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // Within a label the voters stay in their order, which fixes the order of the additions.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return voters[a].label != voters[b].label ? voters[a].label < voters[b].label : a < b;
  });
  std::vector<Party> parties;
  for (const std::size_t i : order) {
    const Voter& voter = voters[i];
    if (parties.empty() || voters[parties.back().first].label != voter.label) {
      parties.push_back({i, 0});
    }
    // Relative to the nearest: the shares are the same and the exponential can't overflow.
    const double distance = static_cast<double>(voters.front().similarity) - voter.similarity;
    parties.back().density += std::exp(-distance / rule.temperature);
  }
  for (Party& party : parties) {
    party.density *= size_weight(voters[party.first].class_size, rule);
  }
  std::sort(parties.begin(), parties.end(),
            [](const Party& a, const Party& b) { return a.first < b.first; });
  return parties;
}

// By how much a mean lifts the score of a class above its density's.
double raise_of(std::size_t class_size, double mean_similarity, double density, double nearest,
                const VoteRule& rule) {
  const double score = nearest + rule.temperature * std::log(density);
  const double weight =
      1 - std::sqrt(static_cast<double>(class_size) / static_cast<double>(kMeanFadesAt));
  return weight * std::max(0.0, mean_similarity - score);
}

}  // namespace

std::vector<LabelShare> weighted_vote(std::span<const Voter> voters, const VoteRule& rule) {
  std::vector<LabelShare> ranking;
  double total = 0;
  const std::vector<Party> parties = group(voters, rule);
  ranking.reserve(parties.size());
  for (std::size_t place = 0; place < parties.size(); ++place) {
    const Voter& best = voters[parties[place].first];
    double share = parties[place].density;
    if (best.mean_similarity && mean_is_heard(place, best.class_size)) {
      const double raise = raise_of(best.class_size, static_cast<double>(*best.mean_similarity),
                                    share, static_cast<double>(voters.front().similarity), rule);
      share *= std::exp(raise / rule.temperature);
    }
    total += share;
    ranking.push_back({best.label, share});
  }
  for (LabelShare& entry : ranking) entry.share /= total;
  // Stable: among equals the label that was met first, with the nearer voter, stays first.
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const LabelShare& a, const LabelShare& b) { return a.share > b.share; });
  return ranking;
}

}  // namespace simdb
