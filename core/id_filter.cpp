#include "simdb/id_filter.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "simdb/error.h"

namespace simdb {
namespace {

// Ids so far apart on average get no bits: one for each number between would take too much memory.
constexpr std::uint64_t kMaxDistance = 64;

}  // namespace

struct IdFilter::Set {
  std::vector<ItemId> ids;
  std::vector<bool> members;  // by distance from the first id; empty if ids lie far apart
  std::mutex mutex;           // guards note
  std::shared_ptr<const FilterNote> note;
};

IdFilter::IdFilter(std::vector<ItemId> ids) {
  if (std::adjacent_find(ids.begin(), ids.end(), [](ItemId a, ItemId b) { return a >= b; }) !=
      ids.end()) {
    throw Error(ErrorCode::kUsage, "can't search with a filter whose ids do not ascend; sort them");
  }
  auto set = std::make_shared<Set>();
  set->ids = std::move(ids);
  if (!set->ids.empty()) {
    const std::uint64_t range = to_number(set->ids.back()) - to_number(set->ids.front());
    if (range / kMaxDistance <= set->ids.size()) {
      set->members.resize(range + 1);
      for (const ItemId id : set->ids) {
        set->members[to_number(id) - to_number(set->ids.front())] = true;
      }
    }
  }
  set_ = std::move(set);
}

std::span<const ItemId> IdFilter::ids() const noexcept {
  return set_ ? std::span<const ItemId>(set_->ids) : std::span<const ItemId>();
}

bool IdFilter::contains(ItemId id) const {
  if (!set_) return true;
  if (set_->members.empty()) return std::binary_search(set_->ids.begin(), set_->ids.end(), id);
  const std::uint64_t distance = to_number(id) - to_number(set_->ids.front());  // wraps below it
  return distance < set_->members.size() && set_->members[distance];
}

std::shared_ptr<const FilterNote> IdFilter::note() const {
  if (!set_) return nullptr;
  const std::lock_guard lock(set_->mutex);
  return set_->note;
}

void IdFilter::leave(std::shared_ptr<const FilterNote> note) const {
  if (!set_) return;
  const std::lock_guard lock(set_->mutex);
  std::swap(set_->note, note);  // the old one is freed after the lock
}

IdFilter intersection(const IdFilter& a, const IdFilter& b) {
  if (a.all()) return b;
  if (b.all()) return a;
  std::vector<ItemId> both;
  std::set_intersection(a.ids().begin(), a.ids().end(), b.ids().begin(), b.ids().end(),
                        std::back_inserter(both));
  return both;
}

}  // namespace simdb
