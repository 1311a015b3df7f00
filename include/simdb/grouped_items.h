#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "simdb/id_filter.h"
#include "simdb/item.h"

namespace simdb {

/// Items in groups, and from which similarity on an item of a group counts. Make one for many
/// searches: it and its copies keep what the first of them found out, 5 bytes per item or so.
/// Immutable; thread-safe; cheap to copy.
class GroupedItems {
 public:
  static constexpr std::uint32_t kNoGroup = UINT32_MAX;

  /// `ids` ascend, each once; groups[i] is the place in `limits` of the group of ids[i]. A limit
  /// may be infinite: no item counts. Throws Error(kUsage) otherwise, or where a limit is not a
  /// number.
  GroupedItems(std::vector<ItemId> ids, std::span<const std::uint32_t> groups,
               std::vector<float> limits);

  /// Groups, by their places.
  std::span<const float> limits() const noexcept;
  /// kNoGroup if it is in none.
  std::uint32_t group_of(ItemId id) const noexcept;

  /// The note that was left last; null if there is none. For indexes.
  std::shared_ptr<const FilterNote> note() const;
  void leave(std::shared_ptr<const FilterNote> note) const;

 private:
  struct Set;
  std::shared_ptr<Set> set_;
};

/// A group with an item that counts.
struct GroupBest {
  std::uint32_t group = 0;
  float similarity = 0;  ///< of its nearest item

  friend bool operator==(const GroupBest&, const GroupBest&) = default;
};

}  // namespace simdb
