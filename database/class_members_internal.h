#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/class_cache_internal.h"
#include "simdb/gallery.h"
#include "simdb/id_filter.h"
#include "storage/store.h"

namespace simdb {

/// What a change of the store makes out of date.
class StaleItems {
 public:
  /// An item as it was before the change, or as it is after it.
  void note(ItemId id, const ItemInfo& info);
  /// An item as it was before the change, and what became of it.
  void note(const ItemRecord& before, const ItemChange& change);

  std::vector<ItemId> ids;
  std::set<std::string> class_names;
  std::set<std::string> fields;  ///< see ClassMembers::field_name
};

/// Remembers what filtered searches and votes need to know of classes and of values in the
/// metadata: the store takes longer to tell than the index to search. Thread-safe.
class ClassMembers {
 public:
  explicit ClassMembers(std::size_t dimension) : dimension_(dimension) {}

  /// The items that pass, as the store has them now.
  IdFilter passing(const Store& store, const SearchFilter& filter);
  std::uint64_t size_of(const Store& store, std::string_view class_name);
  ClassSummary summary_of(const Store& store, std::string_view class_name);

  /// Call after the store has changed, before the change is acknowledged.
  void forget(const StaleItems& stale);

  /// One name for a field and its value.
  static std::string field_name(const std::string& name, const MetadataValue& value);

 private:
  IdFilter members_of(const Store& store, std::string_view class_name);
  IdFilter members_of(const Store& store, const MetadataCondition& condition);
  IdFilter members_of_any(const Store& store, std::span<const std::string> class_names);

  // 8 bytes each, and some bits.
  static constexpr std::size_t kMaxIds = std::size_t{1} << 21;
  // A mean's numbers have 4 bytes each; a class without a mean counts as one vector, too.
  static constexpr std::size_t kMaxNumbers = std::size_t{1} << 24;
  static constexpr std::size_t kMaxSizes = std::size_t{1} << 18;

  const std::size_t dimension_;
  ClassCache<IdFilter> members_{kMaxIds};
  ClassCache<IdFilter> with_value_{kMaxIds};  // by field_name()
  ClassCache<ClassSummary> summaries_{kMaxNumbers};
  ClassCache<std::uint64_t> sizes_{kMaxSizes};

  // The last filter that was made of several lists.
  struct Combined {
    std::mutex mutex;  // guards what follows
    std::vector<IdFilter> parts;
    IdFilter result;
  };
  template <typename Combine>
  static IdFilter combined(Combined& last, std::vector<IdFilter> parts, Combine&& combine);
  Combined union_;
  Combined intersection_;
};

}  // namespace simdb
