#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

/// Below every similarity: there is nothing to be similar to.
inline constexpr float kNoSimilarity = -2;

/// Rows to compare with, each of a group.
struct GroupedRows {
  const EmbeddingBatch& rows;
  std::span<const std::uint32_t> groups;  ///< one per row
};

/// For each query the largest similarity() to a row of another group, exact to the bit on every
/// machine; kNoSimilarity where there is none. Compares each query with every row, by the kernels
/// of the index. Throws Error(kUsage) if dimensions differ, or groups and rows in number. Pure and
/// thread-safe.
std::vector<float> best_in_other_groups(const GroupedRows& queries, const GroupedRows& rows);

}  // namespace simdb
