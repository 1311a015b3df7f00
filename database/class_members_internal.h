#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/id_filter.h"
#include "database/class_cache_internal.h"
#include "database/gallery.h"
#include "storage/store.h"

namespace simdb {

/// Remembers what searches inside a class and votes need to know of a class: the store takes longer
/// to tell than the index to search. Thread-safe.
class ClassMembers {
 public:
  /// The store must outlive it.
  explicit ClassMembers(const Store& store) : store_(store) {}

  /// The items of the class, as the store has them now.
  IdFilter of(std::string_view class_name);

  /// See Gallery::class_summary.
  ClassSummary summary_of(std::string_view class_name);

  /// Call after the store has changed these classes, before the change is acknowledged.
  void forget(std::span<const std::string> class_names);

 private:
  ClassSummary read_summary(std::string_view class_name) const;

  // 8 bytes each, and some bits.
  static constexpr std::size_t kMaxIds = std::size_t{1} << 21;
  // A mean's numbers have 4 bytes each; a class without a mean counts as one vector, too.
  static constexpr std::size_t kMaxNumbers = std::size_t{1} << 24;

  const Store& store_;
  ClassCache<IdFilter> members_{kMaxIds};
  ClassCache<ClassSummary> summaries_{kMaxNumbers};
};

}  // namespace simdb
