#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/class_cache_internal.h"
#include "simdb/gallery.h"
#include "simdb/id_filter.h"
#include "storage/store.h"

namespace simdb {

/// Remembers what searches inside classes and votes need to know of a class: the store takes longer
/// to tell than the index to search. Thread-safe.
class ClassMembers {
 public:
  explicit ClassMembers(std::size_t dimension) : dimension_(dimension) {}

  /// The items that pass, as the store has them now.
  IdFilter passing(const Store& store, const SearchFilter& filter);
  std::uint64_t size_of(const Store& store, std::string_view class_name);
  ClassSummary summary_of(const Store& store, std::string_view class_name);

  /// Call after the store has changed these classes, before the change is acknowledged.
  void forget(std::span<const std::string> class_names);

 private:
  IdFilter members_of(const Store& store, std::string_view class_name);
  IdFilter members_of_any(const Store& store, std::span<const std::string> class_names);

  // 8 bytes each, and some bits.
  static constexpr std::size_t kMaxIds = std::size_t{1} << 21;
  // A mean's numbers have 4 bytes each; a class without a mean counts as one vector, too.
  static constexpr std::size_t kMaxNumbers = std::size_t{1} << 24;
  static constexpr std::size_t kMaxSizes = std::size_t{1} << 18;

  const std::size_t dimension_;
  ClassCache<IdFilter> members_{kMaxIds};
  ClassCache<ClassSummary> summaries_{kMaxNumbers};
  ClassCache<std::uint64_t> sizes_{kMaxSizes};

  std::mutex union_mutex_;  // guards what follows: the last filter by several classes
  std::vector<IdFilter> united_;
  IdFilter union_;
};

}  // namespace simdb
