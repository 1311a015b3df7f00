#include "database/class_members_internal.h"

namespace simdb {

IdFilter ClassMembers::of(std::string_view class_name) {
  std::uint64_t changes_before = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = classes_.find(class_name);
    if (known != classes_.end()) return known->second;
    changes_before = changes_;
  }
  IdFilter members = store_.items_of(class_name);
  const std::lock_guard lock(mutex_);
  // What was listed while the store changed may be old: good for this search, not for the next.
  if (changes_ != changes_before || members.ids().size() > kMaxIds) return members;
  if (ids_ + members.ids().size() > kMaxIds) {
    classes_.clear();
    ids_ = 0;
  }
  if (classes_.emplace(class_name, members).second) ids_ += members.ids().size();
  return members;
}

void ClassMembers::forget() {
  const std::lock_guard lock(mutex_);
  classes_.clear();
  ids_ = 0;
  ++changes_;
}

}  // namespace simdb
