#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <unordered_map>

#include "simdb/item.h"

namespace simdb {

/// Where a row lies.
struct RowLocation {
  static constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t partition = kAbsent;
  std::uint32_t row = 0;  ///< in the partition

  bool absent() const noexcept { return partition == kAbsent; }
  friend bool operator==(const RowLocation&, const RowLocation&) = default;
};

/// Where the rows of ids lie. 8 bytes per id, in pages that come and go with their ids.
/// Thread-compatible.
class IdLocator {
 public:
  void set(ItemId id, RowLocation location);
  void erase(ItemId id);
  RowLocation find(ItemId id) const;
  /// Calls found(id, location) for those of `ids` that are here. Ascending ids take few ns each.
  template <typename Found>
  void find_each(std::span<const ItemId> ids, Found&& found) const;
  std::size_t memory_bytes() const noexcept { return pages_.size() * sizeof(Page); }

 private:
  static constexpr std::uint64_t kPageIds = 4096;
  struct Page {
    std::array<RowLocation, kPageIds> locations;
    std::size_t present = 0;
  };

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

template <typename Found>
void IdLocator::find_each(std::span<const ItemId> ids, Found&& found) const {
  // Locations are on their way from memory while those of ids before are used.
  constexpr std::size_t kAhead = 128;
  static constexpr RowLocation kNowhere;
  std::array<const RowLocation*, kAhead> coming;  // NOLINT: written before it is read
  const Page* page = nullptr;
  std::uint64_t number = std::numeric_limits<std::uint64_t>::max();  // no page's: there are fewer
  for (std::size_t i = 0; i < ids.size() + kAhead; ++i) {
    if (i >= kAhead) {
      const RowLocation location = *coming[i % kAhead];
      if (!location.absent()) found(ids[i - kAhead], location);
    }
    if (i >= ids.size()) continue;
    if (to_number(ids[i]) / kPageIds != number) {
      number = to_number(ids[i]) / kPageIds;
      const auto at = pages_.find(number);
      page = at == pages_.end() ? nullptr : at->second.get();
    }
    coming[i % kAhead] =
        page == nullptr ? &kNowhere : &page->locations[to_number(ids[i]) % kPageIds];
    __builtin_prefetch(coming[i % kAhead]);
  }
}

}  // namespace simdb
