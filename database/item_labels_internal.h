#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simdb/gallery.h"
#include "simdb/item.h"
#include "storage/store.h"

namespace simdb {

/// Remembers class and source of items that searches have found, in bounded memory: a record in the
/// store takes longer to read than the index to search. Thread-safe.
///
/// The first records are read and remembered one by one. A process that goes on asking reads pages
/// of consecutive ids instead, so that after some hundred queries nearly every hit is known, though
/// never seen before; a gallery of which not all fits into memory stays with single records.
class ItemLabels {
 public:
  /// Keeps what was asked for last, of about `max_bytes` in all.
  explicit ItemLabels(std::size_t max_bytes = std::size_t{128} << 20) : max_bytes_(max_bytes) {}

  /// The neighbours with class and source; one that was removed since the search is left out.
  /// Throws Error(kCorruption) if an item has an embedding, but no record.
  std::vector<LabeledNeighbor> of(const Store& store, std::span<const Neighbor> neighbors);

  /// Call after the store has gained, changed or lost these items, before the change is
  /// acknowledged.
  void forget(std::span<const ItemId> ids);

 private:
  // Class and source of the items of some consecutive ids; both are empty where there is no item.
  class Page;
  using Pages = std::unordered_map<std::uint64_t, std::shared_ptr<const Page>>;
  struct Miss;

  static std::vector<std::shared_ptr<const Page>> read_pages(const Store& store,
                                                             std::span<const std::uint64_t> numbers,
                                                             std::uint64_t ids_per_page);
  void choose_page_size(const Store& store);
  std::shared_ptr<const Page> find(std::uint64_t number);
  void keep(std::uint64_t number, const std::shared_ptr<const Page>& page);

  const std::size_t max_bytes_;
  std::mutex mutex_;  // guards what follows
  std::uint64_t ids_per_page_ = 1;
  std::size_t records_read_ = 0;  // one by one
  // Of the pages read so far, to tell whether all would fit; begins with a guess.
  std::size_t page_items_ = 256;
  std::size_t page_bytes_ = page_items_ * 64;
  // When the young ones fill half of the memory, they become the old ones, and what was old and not
  // asked for since is forgotten.
  Pages young_;
  Pages old_;
  std::size_t young_bytes_ = 0;
  std::uint64_t changes_ = 0;  // calls of forget()
};

}  // namespace simdb
