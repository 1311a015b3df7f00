#include "simdb/grouped_items.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "simdb/error.h"

namespace simdb {
namespace {

// Ids so far apart on average get no table: it would take too much memory.
constexpr std::uint64_t kMaxDistance = 8;

}  // namespace

struct GroupedItems::Set {
  std::vector<float> limits;
  // By distance from the first id; where ids lie far apart, by their place among `ids`.
  std::vector<std::uint32_t> groups;
  std::uint64_t first = 0;
  std::vector<ItemId> ids;  // only where ids lie far apart
  std::mutex mutex;         // guards note
  std::shared_ptr<const FilterNote> note;
};

GroupedItems::GroupedItems(std::vector<ItemId> ids, std::span<const std::uint32_t> groups,
                           std::vector<float> limits) {
  if (ids.size() != groups.size() ||
      std::adjacent_find(ids.begin(), ids.end(), [](ItemId a, ItemId b) { return a >= b; }) !=
          ids.end() ||
      std::ranges::any_of(groups, [&](std::uint32_t group) { return group >= limits.size(); }) ||
      std::ranges::any_of(limits, [](float limit) { return std::isnan(limit); })) {
    throw Error(ErrorCode::kUsage,
                "can't group items: ids have to ascend, each with a group that has a limit");
  }
  auto set = std::make_shared<Set>();
  set->limits = std::move(limits);
  if (!ids.empty()) {
    set->first = to_number(ids.front());
    const std::uint64_t range = to_number(ids.back()) - set->first;
    if (range / kMaxDistance <= ids.size()) {
      set->groups.assign(range + 1, kNoGroup);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        set->groups[to_number(ids[i]) - set->first] = groups[i];
      }
    } else {
      set->groups.assign(groups.begin(), groups.end());
      set->ids = std::move(ids);
    }
  }
  set_ = std::move(set);
}

std::span<const float> GroupedItems::limits() const noexcept { return set_->limits; }

std::uint32_t GroupedItems::group_of(ItemId id) const noexcept {
  std::uint64_t place = to_number(id) - set_->first;  // wraps below it
  if (!set_->ids.empty()) {
    const auto found = std::lower_bound(set_->ids.begin(), set_->ids.end(), id);
    place = found != set_->ids.end() && *found == id
                ? static_cast<std::uint64_t>(found - set_->ids.begin())
                : set_->groups.size();
  }
  return place < set_->groups.size() ? set_->groups[place] : kNoGroup;
}

std::shared_ptr<const FilterNote> GroupedItems::note() const {
  const std::lock_guard lock(set_->mutex);
  return set_->note;
}

void GroupedItems::leave(std::shared_ptr<const FilterNote> note) const {
  const std::lock_guard lock(set_->mutex);
  std::swap(set_->note, note);  // the old one is freed after the lock
}

}  // namespace simdb
