#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <unordered_map>

#include "core/item.h"

namespace simdb {

/// In which partition an id lies. 4 bytes an id, in pages that come and go with their ids.
/// Thread-compatible.
class IdLocator {
 public:
  static constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();

  void set(ItemId id, std::uint32_t partition);
  void erase(ItemId id);
  std::uint32_t find(ItemId id) const;
  std::size_t memory_bytes() const noexcept { return pages_.size() * sizeof(Page); }

 private:
  static constexpr std::uint64_t kPageIds = 4096;
  struct Page {
    std::array<std::uint32_t, kPageIds> partitions;
    std::size_t present = 0;
  };

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace simdb
