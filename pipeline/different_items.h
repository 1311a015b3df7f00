#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simdb/gallery.h"

namespace simdb {

/// The items of a gallery without copies: of items of one class that show the same (equal digest or
/// embedding) the first, so that one that is left out does not find itself.
struct DifferentItems {
  explicit DifferentItems(std::size_t dimension) : embeddings(dimension) {}

  EmbeddingBatch embeddings;
  std::vector<ItemId> ids;               ///< of the rows, ascending
  std::vector<int> labels;               ///< of the rows: places in class_names
  std::vector<std::string> class_names;  ///< in the order of their first items
  std::uint64_t all = 0;                 ///< items, with the copies

  /// The rows of classes that have two or more, at most `most` of them, drawn by their ids.
  std::vector<std::size_t> draw(std::size_t most) const;
};

/// Calls `check` often and lets out what that throws. Items that come or go meanwhile may be
/// missing. Thread-safe.
DifferentItems different_items(const Gallery& gallery, const std::function<void()>& check);

}  // namespace simdb
