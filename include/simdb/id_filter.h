#pragma once

#include <memory>
#include <span>
#include <vector>

#include "simdb/item.h"

namespace simdb {

/// What an index found out about a filter's ids.
struct FilterNote {
  virtual ~FilterNote() = default;
};

/// Which items a search may return. Make one for many searches: it and its copies keep what the
/// first of them found out, up to a copy of the items' embeddings. Thread-safe; cheap to copy; the
/// ids never change.
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

  /// The note that was left last; null if there is none. For indexes.
  std::shared_ptr<const FilterNote> note() const;
  /// Does nothing for all().
  void leave(std::shared_ptr<const FilterNote> note) const;

 private:
  struct Set;
  std::shared_ptr<Set> set_;
};

/// The ids that pass both.
IdFilter intersection(const IdFilter& a, const IdFilter& b);

}  // namespace simdb
