#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
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
  std::size_t memory_bytes() const noexcept { return pages_.size() * sizeof(Page); }

 private:
  static constexpr std::uint64_t kPageIds = 4096;
  struct Page {
    std::array<RowLocation, kPageIds> locations;
    std::size_t present = 0;
  };

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace simdb
