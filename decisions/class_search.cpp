#include "decisions/class_search.h"

#include <algorithm>
#include <limits>
#include <string>

namespace simdb {
namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();
// Range searches go on until all their hits together are one of so many items: they have cost about
// as much then as it does to group the items. A hit takes as long as 16 items.
constexpr std::size_t kItemsPerHit = 16;

// Every class that is not among the neighbours has a similarity of at most this.
float bound_of_unseen(const Prediction& prediction, const QueryOptions& options) {
  if (options.within) return *options.within - kSimilarityTolerance;
  return prediction.neighbors.size() < options.k ? -kNever : prediction.neighbors.back().similarity;
}

// The lowest threshold of the classes in question that were not seen; infinite if there is none.
float lowest_unseen(const ClassRules& rules, const SearchFilter& filter, const SeenClasses& seen) {
  if (filter.class_names.empty()) {
    for (const std::uint32_t place : rules.lowest()) {
      if (!seen.contains(place)) return rules.threshold(place);
    }
    // All of the lowest were seen: no other is below them.
    return rules.lowest().size() <= ClassRules::kLowest ? kNever
                                                        : rules.threshold(rules.lowest().back());
  }
  float lowest = kNever;
  for (const std::string& name : filter.class_names) {
    const auto place = rules.state().place_of(name);
    if (place && !seen.contains(*place)) lowest = std::min(lowest, rules.threshold(*place));
  }
  return lowest;
}

bool is_before(const GroupBest& known, std::uint32_t place) { return known.group < place; }

}  // namespace

SeenClasses::SeenClasses(const ClassRules& rules, const Prediction& prediction)
    : familiarity(-static_cast<double>(kNever)) {
  const std::string* last = nullptr;
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    if (last != nullptr && *last == neighbor.class_name) continue;  // a nearer one was there
    last = &neighbor.class_name;
    const auto place = rules.state().place_of(neighbor.class_name);
    const float typical = place ? rules.typical(*place) : rules.typical_of_all();
    familiarity = std::max(familiarity, static_cast<double>(neighbor.similarity) - typical / 2);
    if (place) classes.push_back({*place, neighbor.similarity});
  }
  std::sort(classes.begin(), classes.end(), [](const GroupBest& a, const GroupBest& b) {
    return a.group != b.group ? a.group < b.group : a.similarity > b.similarity;
  });
  const auto end =
      std::unique(classes.begin(), classes.end(),
                  [](const GroupBest& a, const GroupBest& b) { return a.group == b.group; });
  classes.erase(end, classes.end());
}

bool SeenClasses::contains(std::uint32_t place) const {
  const auto found = std::lower_bound(classes.begin(), classes.end(), place, is_before);
  return found != classes.end() && found->group == place;
}

const GroupedItems* ClassSearch::groups() const {
  std::call_once(is_grouped_, [&] {
    const CalibrationState& state = rules_.state();
    std::vector<ItemId> ids;
    std::vector<std::uint32_t> places;
    std::vector<float> thresholds;
    ids.reserve(state.items.size());
    places.reserve(state.items.size());
    thresholds.reserve(state.classes.size());
    for (const CalibrationState::Item& item : state.items) {
      if (!ids.empty() && ids.back() == item.id) return;  // it is in two classes
      ids.push_back(item.id);
      places.push_back(item.place);
    }
    for (std::uint32_t place = 0; place < state.classes.size(); ++place) {
      thresholds.push_back(rules_.threshold(place));
    }
    groups_.emplace(std::move(ids), places, std::move(thresholds));
  });
  return groups_ ? &*groups_ : nullptr;
}

std::vector<GroupBest> ClassSearch::unseen(const Gallery& gallery, std::span<const float> query,
                                           const Prediction& prediction,
                                           const QueryOptions& options,
                                           const SeenClasses& seen) const {
  const float lowest = lowest_unseen(rules_, options.filter, seen);
  if (lowest > bound_of_unseen(prediction, options)) return {};
  if (options.filter.class_names.empty() && hits_ * kItemsPerHit >= rules_.state().items.size()) {
    if (const GroupedItems* const items = groups()) {
      std::vector<std::uint32_t> without;
      without.reserve(seen.classes.size());
      for (const GroupBest& known : seen.classes) without.push_back(known.group);
      return gallery.best_of_groups(query, *items, without);
    }
  }
  const std::vector<Neighbor> hits = gallery.range_search(query, lowest, options.filter);
  hits_ += hits.size();
  std::vector<GroupBest> found;
  for (const Neighbor& hit : hits) {
    for (const CalibrationState::Item& item : rules_.state().entries_of(hit.id)) {
      if (hit.similarity >= rules_.threshold(item.place) && !seen.contains(item.place)) {
        found.push_back({item.place, hit.similarity});
      }
    }
  }
  // The nearest of a class came first.
  std::stable_sort(found.begin(), found.end(),
                   [](const GroupBest& a, const GroupBest& b) { return a.group < b.group; });
  const auto end =
      std::unique(found.begin(), found.end(),
                  [](const GroupBest& a, const GroupBest& b) { return a.group == b.group; });
  found.erase(end, found.end());
  return found;
}

}  // namespace simdb
