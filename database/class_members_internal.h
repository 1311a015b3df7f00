#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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
  /// An item that came or went.
  void note(ItemId id, const ItemInfo& info);
  /// One that was changed: what is the same before and after is not out of date.
  void note(ItemId id, const ItemInfo& before, const ItemInfo& after);

  std::vector<ItemId> ids;
  std::set<std::string> class_names;
  std::set<std::string> values;  ///< of fields: see ClassMembers::field_name
  std::set<std::string> fields;

 private:
  void note_field(const std::string& name, const MetadataValue& value);
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
  static constexpr std::size_t kMaxRangedFields = 4;  // each with kMaxIds in all
  static constexpr std::size_t kMaxSizes = std::size_t{1} << 18;

  const std::size_t dimension_;
  ClassCache<IdFilter> members_{kMaxIds};
  ClassCache<IdFilter> with_value_{kMaxIds};  // by field_name()
  // What ranges of a field and other conditions find, all of it until the field changes.
  struct Ranges;
  ClassCache<std::shared_ptr<Ranges>> ranges_{kMaxRangedFields};  // by name of the field
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
