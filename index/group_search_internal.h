#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "index/partitioned_index_internal.h"
#include "simdb/grouped_items.h"

namespace simdb {

/// What groups ask of the rows of one state of an index: how far from the query a block can still
/// hold a row that counts. Each block has its own reach, that of its easiest group, so a search
/// reads less than one with the lowest limit of all would. Immutable.
class PreparedGroups final : public FilterNote {
 public:
  /// Those of `items` for `state`: as an earlier search left them, or made and left now, which
  /// reads the ids and angles of all rows.
  static std::shared_ptr<const PreparedGroups> of(const GroupedItems& items,
                                                  const IndexState& state,
                                                  const StateVersion& version);

  PreparedGroups(const GroupedItems& items, const IndexState& state, StateVersion version);

  /// See VectorIndex::best_of_groups. `state` is the one that this was made for.
  std::vector<GroupBest> search(const IndexState& state, std::span<const float> query,
                                const GroupedItems& items,
                                std::span<const std::uint32_t> without) const;

 private:
  class Search;

  // Of a block or partition: the group of all its rows that have one.
  static constexpr std::uint32_t kSeveral = GroupedItems::kNoGroup - 1;

  void prepare(const Partition& partition, const GroupedItems& items);

  StateVersion version_;
  float error_ = 0;          // of a score, at most
  float length_error_ = 0;   // of the product of two lengths, at most
  std::vector<float> bars_;  // one per group: lower scores don't count
  // One per partition; cosines padded for the kernels.
  std::vector<std::uint32_t> first_block_;  // among all; one more at the end
  std::vector<std::uint32_t> group_of_partition_;
  std::vector<float> cos_reach_;  // of the angle to the centroid at which no row counts any more
  // One per block.
  std::vector<float> bar_of_block_;            // the lowest of its rows
  std::vector<float> near_;                    // the angles to the centroid between which
  std::vector<float> far_;                     // a query finds a row that may count
  std::vector<std::uint32_t> group_of_block_;  // kSeveral, or the only one
  std::vector<std::uint32_t> group_of_row_;    // kBlockRows for each block
};

}  // namespace simdb
