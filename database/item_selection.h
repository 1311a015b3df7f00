#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "simdb/gallery.h"

namespace simdb {

/// Which items a list or an export holds, in ascending order of id.
struct ItemSelection {
  SearchFilter filter = {};
  ItemId after{};                    ///< begin with the item behind this one
  std::uint64_t limit = UINT64_MAX;  ///< at most so many

  bool is_all() const;
};

/// Calls with the records that are selected, a page at a time, until the callback returns false.
/// One state of the gallery if nothing changes or refreshes it meanwhile, as in a process that
/// opened it for reading. Needs memory for one page.
void for_each_page(const Gallery& gallery, const ItemSelection& selection,
                   const std::function<bool(std::span<const ItemRecord>)>& visit);

/// The same with their embeddings, row by row. Throws Error(kCorruption) if an item has none.
void for_each_row(const Gallery& gallery, const ItemSelection& selection,
                  const std::function<bool(ItemId, std::span<const float>)>& visit);

/// The embeddings of these items, in their order. Throws Error(kCorruption) if one has none.
std::vector<Embedding> embeddings_of(const Gallery& gallery, std::span<const ItemRecord> items);

/// Throws Error(kNotFound) unless all of these are there: the first that is not, and `consequence`.
void require_items(const Gallery& gallery, std::span<const ItemId> ids,
                   std::string_view consequence);

/// How many items are selected.
std::uint64_t count_selected(const Gallery& gallery, const ItemSelection& selection);

}  // namespace simdb
