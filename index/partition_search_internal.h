#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "index/neighbor_collector_internal.h"
#include "index/partitioned_index_internal.h"

namespace simdb {

/// Which rows of an index pass a filter.
struct MarkedRows {
  std::vector<std::uint32_t> first;  // of each partition: its first block among all
  std::vector<std::uint16_t> masks;  // of each block: bit r is set if its row r passes
  std::vector<std::uint8_t> none;    // of each partition: 1 if no row passes
};

/// A filter, and how to search with it. Where few rows pass, they are copied side by side once, and
/// every search with the filter reads all of them. Where many pass, the index is searched as if
/// there were no filter, and what is near enough is looked up in it. In between that is done until
/// it has cost more than a copy would have: never twice as much as the better way. Where it is the
/// fewer that pass, each search finds and marks them first, and reads only blocks with such a row.
/// Thread-safe.
class SearchScope {
 public:
  /// All must outlive it; `locator` is called if rows have to be found, and `marks` is overwritten.
  SearchScope(const IdFilter& filter, const IndexState& state, const StateVersion& version,
              const std::function<const IdLocator&()>& locator, MarkedRows& marks);

  /// True if scanned() are to be read, all of them; else the state's partitions are visited.
  bool scans() const noexcept { return packed_ || state_.flat(); }
  std::span<const Partition> scanned() const noexcept;
  /// Whether holds() needs to be asked about a row.
  bool looks_up() const noexcept { return !filter_.all() && !packed_ && marks_ == nullptr; }
  bool holds(ItemId id) const { return filter_.contains(id); }
  /// The rows that pass, if they are marked instead.
  const MarkedRows* marks() const noexcept { return marks_; }
  /// Call after a search that did not scan.
  void count_visited(std::size_t rows) const noexcept;

 private:
  struct PackedRows;
  struct Excess;

  void mark(const IdLocator& locator, MarkedRows& marks);

  const IdFilter& filter_;
  const IndexState& state_;
  std::shared_ptr<const PackedRows> packed_;
  std::shared_ptr<const Excess> excess_;
  const MarkedRows* marks_ = nullptr;
};

/// Buffers that searches of one thread use one after another: to allocate and clear them takes as
/// long as a tenth of a search.
struct SearchBuffers {
  struct Block {
    const Partition* partition;
    std::uint32_t number;  // in the partition
    float gap;             // every row is at least this far from the query, radians
  };
  std::vector<float> scores;            // of the centroids
  std::vector<std::uint16_t> hits;      // of the centroids; not read
  std::vector<std::uint32_t> selected;  // partitions, or blocks of one
  std::vector<std::uint32_t> open;      // partitions to visit next
  std::vector<std::uint8_t> visited;    // partitions
  std::vector<Block> blocks;            // to compare with next
  MarkedRows marks;                     // of a scope
};

/// One search through one state of the index.
class PartitionSearch {
 public:
  /// All arguments must outlive it.
  PartitionSearch(const IndexState& state, std::span<const float> query,
                  NeighborCollector& collector, const SearchScope& scope, SearchBuffers& buffers);

  /// With `or_give_up` it returns false where it would read a good part of all rows, which many
  /// searches do faster together: scan() then.
  bool run(bool or_give_up = false);
  /// Compares all rows of `partitions`, the scope's scanned() or the state's, with the queries of
  /// up to kTogether searches of one state and scope.
  static constexpr std::size_t kTogether = 32;
  static void scan(std::span<PartitionSearch* const> searches,
                   std::span<const Partition> partitions);

  /// How far float scores may be from the similarity, given lengths of query and rows.
  static float error(const IndexState& state, std::span<const float> query);

 private:
  using Block = SearchBuffers::Block;

  void update_reach();
  void collect_blocks(std::uint32_t p);
  void compare_blocks();
  void compare(const Block* blocks, std::size_t count);
  void take(const Block& block, const float* scores, unsigned hits);
  void visit_nearest();
  void select_open(float angle);
  void keep_nearest(std::size_t count);
  bool visit_open(bool or_give_up);

  const IndexState& state_;
  std::span<const float> query_;
  NeighborCollector& collector_;
  const SearchScope& scope_;
  const Kernels& kernels_;

  std::size_t compared_ = 0;   // rows
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
