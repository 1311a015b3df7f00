#include <algorithm>

#include "core/error.h"
#include "database/class_facts_internal.h"

namespace simdb {
namespace {

// More would not move a direction by what matters, and a query reads the items of ten classes.
constexpr std::size_t kMostMeanItems = 256;

}  // namespace

IdFilter ClassFacts::members(std::string_view class_name) {
  return members_.get(
      class_name, [&] { return IdFilter(store_.items_of(class_name)); },
      [](const IdFilter& ids) { return ids.ids().size(); });
}

std::vector<float> ClassFacts::mean(std::string_view class_name) {
  return means_.get(
      class_name, [&] { return read_mean(class_name); },
      [](const std::vector<float>& mean) { return mean.size(); });
}

// In double and in the order of the ids: the same floats on every machine.
std::vector<float> ClassFacts::read_mean(std::string_view class_name) const {
  const std::vector<ItemId> ids = store_.items_of(class_name);
  std::vector<double> sums(store_.dimension());
  for (std::size_t i = 0; i < std::min(ids.size(), kMostMeanItems); ++i) {
    const auto embedding = store_.embedding(ids[i]);
    if (!embedding) continue;  // removed since the list was made
    const auto values = embedding->values();
    for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += values[d];
  }
  return unit_direction(sums);
}

void ClassFacts::forget(std::string_view class_name) {
  members_.forget(class_name);
  means_.forget(class_name);
}

void ClassFacts::forget_all() {
  members_.forget_all();
  means_.forget_all();
}

}  // namespace simdb
