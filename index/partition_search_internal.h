#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "index/neighbor_collector_internal.h"
#include "index/partitioned_index_internal.h"

namespace simdb {

/// A filter, and where its rows are. Three ways, by how many ids there are: each row is looked up;
/// or partitions without any are left out; or all are searched as if there were no filter, and what
/// they find is looked up. Immutable; thread-safe.
class SearchScope {
 public:
  /// `filter` must outlive it; `locator` is called if rows have to be found.
  SearchScope(const IdFilter& filter, const IndexState& state,
              const std::function<const IdLocator&()>& locator);

  bool everything() const noexcept { return filter_.all(); }
  /// True if rows() are all there are to compare with.
  bool few() const noexcept { return few_; }
  std::span<const RowLocation> rows() const noexcept { return rows_; }

  bool holds(ItemId id) const { return filter_.contains(id); }
  /// Whether partition p may have one of the ids.
  bool touches(std::uint32_t p) const { return touched_.empty() || touched_[p]; }

 private:
  const IdFilter& filter_;
  bool few_ = false;
  std::vector<RowLocation> rows_;
  std::vector<bool> touched_;
};

/// Buffers that searches of one thread use one after another: to allocate and clear them takes as
/// long as a tenth of a search.
struct SearchBuffers {
  struct Block {
    const Partition* partition;
    std::uint32_t number;  // in the partition
    std::uint16_t rows;    // bit r is set if row r may be returned
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

  void run();
  /// For flat states: reads the partitions [first, last) only.
  void scan_flat(std::size_t first, std::size_t last);

  /// How far float scores may be from the similarity, given lengths of query and rows.
  static float error(const IndexState& state, std::span<const float> query);

 private:
  using Block = SearchBuffers::Block;

  void update_reach();
  void collect_blocks(std::uint32_t p);
  void compare_blocks();
  void compare(const Block* blocks, std::size_t count);
  void run_few();
  void visit_nearest();
  void select_open(float angle);
  void keep_nearest(std::size_t count);
  void visit_open();

  const IndexState& state_;
  std::span<const float> query_;
  NeighborCollector& collector_;
  const SearchScope& scope_;
  const Kernels& kernels_;

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
