#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/fair_shared_mutex.h"
#include "index/centroids_internal.h"
#include "index/id_locator_internal.h"
#include "index/partitioning_internal.h"
#include "index/vector_index.h"

namespace simdb {

/// Everything a search reads.
struct IndexState {
  explicit IndexState(std::size_t dimension) : centroids(dimension) {}

  bool flat() const noexcept { return centroids.empty(); }
  /// The way to read rows: throws Error(kCorruption) if they come from a damaged file.
  const Partition& partition(std::size_t p) const { return partitions[p].sound(); }

  /// One centroid per partition, or none at all: then every search reads every partition.
  std::vector<Partition> partitions;
  Centroids centroids;
  std::size_t rows = 0;
  std::size_t clustered_rows = 0;  ///< how many rows there were when the centroids were found
  double length_error = 0;         ///< at most this much does the length of a row differ from 1
};

/// Which state of which index that is.
struct StateVersion {
  std::shared_ptr<const void> index;  ///< one of its own for each
  std::uint64_t additions = 0;
  std::uint64_t removals = 0;

  friend bool operator==(const StateVersion&, const StateVersion&) = default;
};

/// The exact index on partitions: a search visits partitions and blocks only while the triangle
/// inequality allows something nearer in them.
///
/// A change first makes new partitions beside the running searches, then puts them in place under
/// an exclusive lock, which cannot fail.
class PartitionedIndex final : public VectorIndex {
 public:
  PartitionedIndex(std::size_t dimension, const IndexOptions& options);
  /// Goes on from a state in which ids up to `last_id` were used.
  PartitionedIndex(std::size_t dimension, const IndexOptions& options, IndexState state,
                   std::uint64_t last_id);

  void add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) override;
  std::size_t remove(std::span<const ItemId> ids) override;

  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const IdFilter& filter) const override;
  std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                                  std::size_t threads,
                                                  const IdFilter& filter) const override;
  std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                     const IdFilter& filter) const override;
  std::vector<GroupBest> best_of_groups(std::span<const float> query, const GroupedItems& items,
                                        std::span<const std::uint32_t> without) const override;

  std::size_t size() const noexcept override;
  std::size_t dimension() const noexcept override { return dimension_; }
  std::size_t memory_bytes() const noexcept override;
  std::vector<ItemId> ids() const override;
  std::vector<float> vector(ItemId id) const override;
  /// How many parts it is divided into now.
  std::size_t partitions() const noexcept { return state_.partitions.size(); }
  void write(AtomicFile& file, const SnapshotOrigin& origin) const override;

 private:
  struct Update;

  void require_new(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) const;
  Update prepare_add(const RowsView& rows) const;
  std::vector<Cell> grow(std::uint32_t p, std::span<const Row> members, std::size_t max_rows) const;
  Update prepare_remove(const std::map<std::uint32_t, std::vector<ItemId>>& doomed) const;
  IndexState build(const RowsView& rows) const;
  RowTable copy_rows() const;
  void publish(Update&& update);
  void publish(IndexState&& state) noexcept;
  void count_change(std::size_t rows) noexcept;
  const IdLocator& locator() const;  // needs mutex_
  void set_location(std::uint32_t p, std::size_t first_row) noexcept;

  const std::size_t dimension_;
  const std::size_t partition_from_;
  const std::size_t threads_;

  mutable FairSharedMutex mutex_;  // guards state_, version_ and what locator_ holds
  IndexState state_;
  StateVersion version_{std::make_shared<char>()};
  std::uint64_t last_id_ = 0;

  // Built when first needed: plain searches do without. Lock order: mutex_, then locator_mutex_.
  mutable std::mutex locator_mutex_;
  mutable std::unique_ptr<IdLocator> locator_;
};

}  // namespace simdb
