#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/neighbor_collector_internal.h"
#include "index/partitioned_index_internal.h"

namespace simdb {

/// The ids that a search may return, and where they are.
class SearchScope {
 public:
  /// Everything.
  SearchScope() = default;
  /// Only `ids` (ascending).
  SearchScope(std::span<const ItemId> ids, const IdLocator& locator, std::size_t partitions);

  bool everything() const noexcept { return everything_; }
  bool holds(ItemId id) const;
  /// Whether partition p has one of the ids.
  bool touches(std::uint32_t p) const { return everything_ || touched_[p]; }

 private:
  bool everything_ = true;
  std::span<const ItemId> ids_;
  std::vector<bool> members_;  // by distance from the first id; empty if ids are few
  std::vector<bool> touched_;
};

/// Buffers that searches of one thread use one after another: to allocate and clear them takes as
/// long as a tenth of a search.
struct SearchBuffers {
  struct Block {
    const Partition* partition;
    std::uint32_t number;  // in the partition
    std::uint32_t owner;   // number of the partition
    float gap;             // every row is at least this far from the query, radians
  };
  std::vector<float> scores;            // of the centroids
  std::vector<std::uint16_t> hits;      // of the centroids; not read
  std::vector<std::uint32_t> selected;  // partitions, or blocks of one
  std::vector<std::uint32_t> open;      // partitions to visit next
  std::vector<std::uint8_t> visited;    // partitions
  std::vector<Block> blocks;            // to compare with next
};

/// One search through one state of the index.
class PartitionSearch {
 public:
  /// All arguments must outlive it.
  PartitionSearch(const IndexState& state, std::span<const float> query,
                  NeighborCollector& collector, const SearchScope& scope, SearchBuffers& buffers);

  /// Stops after about this many rows.
  void limit_rows(std::size_t rows) noexcept { limit_ = rows; }

  void run();
  /// For flat states: reads the partitions [first, last) only.
  void scan_flat(std::size_t first, std::size_t last);

  std::size_t rows_compared() const noexcept { return compared_; }
  /// How many partitions might hold something that belongs into the answer, but were left out.
  std::size_t partitions_skipped() const noexcept { return skipped_; }

  /// How far float scores may be from the similarity, given lengths of query and rows.
  static float error(const IndexState& state, std::span<const float> query);

 private:
  using Block = SearchBuffers::Block;

  bool finished() const noexcept { return compared_ >= limit_; }
  void update_reach();
  void collect_blocks(std::uint32_t p);
  void compare_blocks();
  void compare(const Block* blocks, std::size_t count);
  void visit_nearest();
  void select_open(float angle);
  void keep_nearest(std::size_t count);
  void visit_open();
  void count_skipped();

  const IndexState& state_;
  std::span<const float> query_;
  NeighborCollector& collector_;
  const SearchScope& scope_;
  const Kernels& kernels_;

  std::size_t limit_ = SIZE_MAX;
  std::size_t compared_ = 0;
  std::size_t skipped_ = 0;

  float length_error_;         // of the product of two lengths
  float centroid_error_;       // of a centroid's score as a cosine
  float seen_threshold_ = -3;  // what reach_ was computed from
  float reach_ = 0;            // rows farther than this can't belong to the answer, radians

  std::vector<float>& scores_;
  std::vector<std::uint32_t>& selected_;
  std::vector<std::uint32_t>& open_;
  std::vector<std::uint8_t>& visited_;
  std::vector<Block>& blocks_;
  std::vector<std::uint16_t>& hits_;
};

}  // namespace simdb
