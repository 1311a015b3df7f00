#include "database/class_members_internal.h"

namespace simdb {

std::shared_ptr<const std::vector<ItemId>> ClassMembers::of(std::string_view class_name) {
  std::uint64_t changes_before = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = classes_.find(class_name);
    if (known != classes_.end()) return known->second;
    changes_before = changes_;
  }
  auto members = std::make_shared<const std::vector<ItemId>>(store_.items_of(class_name));
  const std::lock_guard lock(mutex_);
  // What was listed while the store changed may be old: good for this search, not for the next.
  if (changes_ != changes_before || members->size() > kMaxIds) return members;
  if (ids_ + members->size() > kMaxIds) {
    classes_.clear();
    ids_ = 0;
  }
  if (classes_.emplace(class_name, members).second) ids_ += members->size();
  return members;
}

void ClassMembers::forget() {
  const std::lock_guard lock(mutex_);
  classes_.clear();
  ids_ = 0;
  ++changes_;
}

}  // namespace simdb
