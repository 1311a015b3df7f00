#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/grouped_items.h"
#include "simdb/id_filter.h"
#include "simdb/item.h"

namespace simdb {

class AtomicFile;
struct SnapshotOrigin;

/// Exact nearest neighbours by similarity(), that is, by the dot product accumulated in double and
/// rounded to float: the same answers on every machine. A cache of the store: it can always be
/// rebuilt.
///
/// Thread-safe: any number of searches beside one thread that changes the index. A search sees each
/// change wholly or not at all, and waits only while a finished change is put in place. Changes and
/// reads other than searches (ids, vector, save) need to run one after another.
///
/// A query has the index's dimension and unit length. Searches throw Error(kUsage) if the dimension
/// differs, the length is not 1 (within 1e-3, so NaN and zero are refused) or k is 0.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  /// Adds one row per id. Ids must be new and ascending, above every id added before. Throws
  /// Error(kUsage) otherwise or if sizes or dimensions differ. The index is unchanged if it throws.
  virtual void add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) = 0;

  /// Removes those of `ids` (in any order) that are present, and returns how many were. Memory is
  /// freed. The index is unchanged if it throws.
  virtual std::size_t remove(std::span<const ItemId> ids) = 0;

  /// The min(k, matching items) nearest neighbours in the order of ranks_before.
  virtual std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                                       const IdFilter& filter = {}) const = 0;

  /// The same for every row of `queries`, on `threads` threads.
  virtual std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries,
                                                          std::size_t k, std::size_t threads,
                                                          const IdFilter& filter = {}) const = 0;

  /// All items whose similarity is at least `min_similarity`, in the order of ranks_before.
  virtual std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                             const IdFilter& filter = {}) const = 0;

  /// The groups of `items`, but those of `without`, of which an item has at least the group's limit
  /// of similarity, in any order, and the similarity of the nearest. The first search with `items`
  /// reads the ids of all rows.
  virtual std::vector<GroupBest> best_of_groups(std::span<const float> query,
                                                const GroupedItems& items,
                                                std::span<const std::uint32_t> without) const = 0;

  virtual std::size_t size() const noexcept = 0;
  virtual std::size_t dimension() const noexcept = 0;
  /// Bytes held for the rows, their ids and everything that speeds up searches.
  virtual std::size_t memory_bytes() const noexcept = 0;

  /// All ids, ascending.
  virtual std::vector<ItemId> ids() const = 0;
  /// The stored row, bit for bit, or empty if the id is absent.
  virtual std::vector<float> vector(ItemId id) const = 0;

  /// Writes the index to a file for load_snapshot (see index/snapshot.h), replaced whole and made
  /// durable; a read like ids(). Throws Error(kIo); the file is then as it was.
  void save(const std::filesystem::path& path, const SnapshotOrigin& origin) const;
  /// The same into a file that the caller commits.
  virtual void write(AtomicFile& file, const SnapshotOrigin& origin) const = 0;
};

struct IndexOptions {
  /// From how many rows on they are partitioned; below that, a query is compared with every row.
  std::size_t partition_from = 4096;
  /// Threads that work on a large add; 0: as many as the machine has cores.
  std::size_t threads = 0;
};

/// An empty index.
std::unique_ptr<VectorIndex> make_index(std::size_t dimension, const IndexOptions& options = {});

}  // namespace simdb
