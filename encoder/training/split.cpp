#include "encoder/training/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "core/random_order.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

void require_fraction(double fraction) {
  if (fraction >= 0 && fraction <= 0.9) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("the validation share must lie between 0 and 0.9, not {}", fraction));
}

/// Classes to set aside: those of whole parents if there are enough parents, else single ones.
std::set<int> choose_classes(const std::map<int, std::set<int>>& classes_of_parent,
                             std::size_t wanted, std::size_t most, std::uint64_t seed) {
  constexpr std::size_t kEnoughParents = 5;
  const bool whole_parents = classes_of_parent.size() >= kEnoughParents;
  std::vector<std::vector<int>> units;
  for (const auto& [parent, classes] : classes_of_parent) {
    if (whole_parents) {
      units.emplace_back(classes.begin(), classes.end());
    } else {
      for (const int label : classes) units.push_back({label});
    }
  }
  std::mt19937_64 random(seed);
  shuffle_values(std::span(units), random);
  std::set<int> chosen;
  for (const auto& unit : units) {
    if (chosen.size() >= wanted) break;
    if (chosen.size() + unit.size() <= most) chosen.insert(unit.begin(), unit.end());
  }
  return chosen;
}

}  // namespace

Split split_by_class(std::span<const int> labels, double fraction, std::uint64_t seed) {
  require_fraction(fraction);
  std::map<int, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < labels.size(); ++i) members[labels[i]].push_back(i);

  std::mt19937_64 random(seed);
  Split split;
  for (auto& [label, rows] : members) {
    shuffle_values(std::span(rows), random);
    std::size_t aside = 0;
    if (fraction > 0 && rows.size() >= 3) {
      const auto wanted = static_cast<std::size_t>(std::lround(rows.size() * fraction));
      aside = std::clamp<std::size_t>(wanted, 1, rows.size() - 2);
    }
    const auto border = rows.begin() + static_cast<std::ptrdiff_t>(aside);
    split.validation.insert(split.validation.end(), rows.begin(), border);
    split.train.insert(split.train.end(), border, rows.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

Split split_off_classes(std::span<const int> labels, std::span<const int> parents, double fraction,
                        std::uint64_t seed) {
  require_fraction(fraction);
  constexpr std::size_t kEnough = 10;
  constexpr std::size_t kMost = 100;
  std::map<int, std::set<int>> classes_of_parent;
  std::set<int> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    classes_of_parent[parents[i]].insert(labels[i]);
    classes.insert(labels[i]);
  }
  std::set<int> aside;
  if (fraction > 0 && classes.size() > 2) {
    const std::size_t most = classes.size() - 2;
    const auto wanted =
        static_cast<std::size_t>(std::lround(static_cast<double>(classes.size()) * fraction));
    // A third is as much as training can spare.
    const std::size_t fewest = std::clamp<std::size_t>(classes.size() / 3, 1, kEnough);
    aside = choose_classes(classes_of_parent, std::min(std::clamp(wanted, fewest, kMost), most),
                           most, seed);
  }
  Split split;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    (aside.contains(labels[i]) ? split.validation : split.train).push_back(i);
  }
  return split;
}

}  // namespace simdb::training
