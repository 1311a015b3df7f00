#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/embedding.h"
#include "core/item.h"

namespace simdb {

/// Which items a search may return; an empty function means all. Called once an item.
using IdFilter = std::function<bool(ItemId)>;

/// Exact nearest neighbours by dot product. A cache of the store: it can always be rebuilt.
/// Thread-compatible: concurrent searches are fine, a change needs exclusive access.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  /// Adds one row an id. Ids must be new and ascending, above every id added before. Throws
  /// Error(kUsage) otherwise or if sizes or dimensions differ; the index is then unchanged.
  virtual void add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) = 0;

  /// Removes those of `ids` (in any order) that are present, and returns how many were. Memory is
  /// freed. The index is unchanged if it throws.
  virtual std::size_t remove(std::span<const ItemId> ids) = 0;

  /// The min(k, matching items) nearest neighbours in the order of ranks_before: no tie is broken
  /// by chance. `query` has the index's dimension and unit length. Throws Error(kUsage) if k is 0,
  /// the dimension differs or a value is not finite, and whatever `filter` throws.
  virtual std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                                       const IdFilter& filter = {}) const = 0;

  virtual std::size_t size() const noexcept = 0;
  virtual std::size_t dimension() const noexcept = 0;

  /// All ids, ascending.
  virtual std::vector<ItemId> ids() const = 0;
  /// The stored row, or empty if the id is absent. Valid until the next change.
  virtual std::span<const float> vector(ItemId id) const = 0;
};

/// An index that compares a query with every row (FAISS IndexFlatIP).
std::unique_ptr<VectorIndex> make_flat_index(std::size_t dimension);

}  // namespace simdb
