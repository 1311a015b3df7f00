#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "decisions/class_rules.h"
#include "simdb/database.h"
#include "simdb/grouped_items.h"

namespace simdb {

/// The classes of a prediction's neighbours that the calibration knows.
struct SeenClasses {
  SeenClasses(const ClassRules& rules, const Prediction& prediction);

  bool contains(std::uint32_t place) const;

  std::vector<GroupBest> classes;  ///< by place, ascending: s_y(x) of each
  double familiarity = 0;          ///< see Decision, but for the vote's part in it
};

/// Finds s_y(x) of classes that are not among the neighbours of x and could be possible for it.
/// Thread-safe.
class ClassSearch {
 public:
  /// `rules` must outlive it.
  explicit ClassSearch(const ClassRules& rules) : rules_(rules) {}

  /// All of them that are possible, and maybe others; in any order. The first searches cost as much
  /// as the range that the lowest threshold has, later ones much less: see Gallery::best_of_groups.
  std::vector<GroupBest> unseen(const Gallery& gallery, std::span<const float> query,
                                const Prediction& prediction, const QueryOptions& options,
                                const SeenClasses& seen) const;

 private:
  const GroupedItems* groups() const;

  const ClassRules& rules_;
  mutable std::atomic<std::size_t> hits_ = 0;  // of range searches
  mutable std::once_flag is_grouped_;
  mutable std::optional<GroupedItems> groups_;  // set once; nothing where items can't be grouped
};

}  // namespace simdb
