#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "simdb/gallery.h"
#include "simdb/item.h"
#include "storage/store.h"

namespace simdb {

/// Remembers class and source of items that searches have found, in bounded memory: a record in the
/// store takes longer to read than the index to search. Thread-safe.
class ItemLabels {
 public:
  /// Keeps what was asked for last, of about `max_bytes` in all.
  explicit ItemLabels(std::size_t max_bytes = std::size_t{64} << 20) : max_bytes_(max_bytes) {}

  /// The neighbours with class and source; one that was removed since the search is left out. Reads
  /// those that are not remembered at once. Throws Error(kCorruption) if an item has an embedding,
  /// but no record.
  std::vector<LabeledNeighbor> of(const Store& store, std::span<const Neighbor> neighbors);

  /// Call after the store has changed these items, before the change is acknowledged.
  void forget(std::span<const ItemId> ids);

 private:
  struct Label {
    std::string class_name;
    std::string source;
  };
  static std::size_t bytes_of(const Label& label) noexcept;
  const Label* find(ItemId id);
  void keep(ItemId id, Label&& label);

  const std::size_t max_bytes_;
  std::mutex mutex_;  // guards what follows
  // When the young ones fill half of the memory, they become the old ones, and what was old and not
  // asked for since is forgotten.
  std::unordered_map<ItemId, Label> young_;
  std::unordered_map<ItemId, Label> old_;
  std::size_t young_bytes_ = 0;
  std::uint64_t changes_ = 0;  // calls of forget()
};

}  // namespace simdb
