#include "database/classifier.h"

#include <string_view>
#include <unordered_map>

#include "core/embedding.h"
#include "core/vote.h"
#include "database/gallery.h"

namespace simdb {

void compare_with_means(const Gallery& gallery, std::span<const float> query,
                        std::span<LabeledNeighbor> neighbors) {
  std::unordered_map<std::string_view, float> classes;
  double items = 0;
  for (const LabeledNeighbor& neighbor : neighbors) {
    if (!classes.try_emplace(neighbor.class_name, 0.0F).second) continue;
    items += static_cast<double>(neighbor.class_size);
  }
  if (class_mean_weight(items / static_cast<double>(classes.size())) == 0) return;
  for (auto& [name, found] : classes) {
    const std::vector<float> mean = gallery.class_mean(name);
    if (!mean.empty()) found = similarity(query, mean);
  }
  for (LabeledNeighbor& neighbor : neighbors) {
    neighbor.class_similarity = classes.at(neighbor.class_name);
  }
}

std::vector<ClassScore> vote(std::span<const LabeledNeighbor> neighbors) {
  // A class is known by the place of its first neighbour.
  std::unordered_map<std::string_view, int> places;
  std::vector<Voter> voters;
  voters.reserve(neighbors.size());
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    const LabeledNeighbor& each = neighbors[i];
    const int place = places.try_emplace(each.class_name, static_cast<int>(i)).first->second;
    voters.push_back({place, each.similarity, each.class_size, each.class_similarity});
  }
  std::vector<ClassScore> ranking;
  for (const LabelShare& entry : weighted_vote(voters)) {
    ranking.push_back({neighbors[static_cast<std::size_t>(entry.label)].class_name, entry.share});
  }
  return ranking;
}

}  // namespace simdb
