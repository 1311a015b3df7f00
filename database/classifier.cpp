#include "simdb/classifier.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/vote.h"
#include "simdb/embedding.h"

namespace simdb {
namespace {

// The neighbours' classes in the order in which they are met.
struct Classes {
  std::vector<std::size_t> place_of;  // of each neighbour's class
  std::vector<std::size_t> first;     // the first neighbour of each class
};

Classes classes_of(std::span<const LabeledNeighbor> neighbors) {
  Classes classes;
  classes.place_of.reserve(neighbors.size());
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    const auto [known, is_new] = places.try_emplace(neighbors[i].class_name, classes.first.size());
    if (is_new) classes.first.push_back(i);
    classes.place_of.push_back(known->second);
  }
  return classes;
}

}  // namespace

void describe_classes(std::span<const float> query, std::span<LabeledNeighbor> neighbors,
                      const ClassTeller& tell) {
  const Classes classes = classes_of(neighbors);
  // A class alone has the whole vote, with and without a mean.
  const std::size_t means = classes.first.size() > 1 ? kMeansHeard : 0;
  for (std::size_t place = 0; place < classes.first.size(); ++place) {
    LabeledNeighbor& best = neighbors[classes.first[place]];
    const ClassSummary summary = tell(best.class_name, place < means);
    // The class may have been removed since the search.
    best.class_size = std::max<std::size_t>(1, summary.items);
    if (summary.mean) best.mean_similarity = similarity(query, summary.mean->values());
  }
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    const LabeledNeighbor& best = neighbors[classes.first[classes.place_of[i]]];
    neighbors[i].class_size = best.class_size;
    neighbors[i].mean_similarity = best.mean_similarity;
  }
}

std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors, const VoteRule& rule) {
  const Classes classes = classes_of(neighbors);
  std::vector<Voter> voters;
  voters.reserve(neighbors.size());
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    voters.push_back({static_cast<int>(classes.place_of[i]), neighbors[i].similarity,
                      neighbors[i].class_size, neighbors[i].mean_similarity});
  }
  std::vector<ClassScore> ranking;
  for (const LabelShare& entry : weighted_vote(voters, rule)) {
    const std::size_t first = classes.first[static_cast<std::size_t>(entry.label)];
    ranking.push_back({neighbors[first].class_name, entry.share});
  }
  return ranking;
}

}  // namespace simdb
