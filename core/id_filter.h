#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/item.h"

namespace simdb {

/// Which items a search may return. Make one for many searches: it remembers what makes lookups
/// fast. Immutable; cheap to copy; thread-safe.
class IdFilter {
 public:
  /// All items.
  IdFilter() = default;
  /// The items with these ids, whether they exist or not. Throws Error(kUsage) unless the ids
  /// ascend, each once.
  IdFilter(std::vector<ItemId> ids);  // NOLINT(google-explicit-constructor): a list is a filter

  bool all() const noexcept { return set_ == nullptr; }
  /// In ascending order. Empty for all().
  std::span<const ItemId> ids() const noexcept;
  bool contains(ItemId id) const;

 private:
  struct Set;
  std::shared_ptr<const Set> set_;
};

/// The ids that pass both.
IdFilter intersection(const IdFilter& a, const IdFilter& b);

}  // namespace simdb
