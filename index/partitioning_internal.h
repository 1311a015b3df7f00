#pragma once

#include <cstddef>
#include <vector>

#include "index/partition_internal.h"

namespace simdb {

/// A partition and its centroid.
struct Cell {
  std::vector<float> centroid;
  Partition partition;
};

/// Rows with ids, row-major; a view.
struct RowsView {
  const ItemId* ids = nullptr;
  const float* values = nullptr;
  std::size_t count = 0;
  std::size_t dimension = 0;

  /// Rows [first, last).
  std::vector<Row> rows(std::size_t first, std::size_t last) const;
};

/// Rows of a partition where all partitions are read: few enough to be copied for one more.
inline constexpr std::size_t kFlatRows = 512;
/// The rows in order, in partitions of kFlatRows without centroids.
std::vector<Partition> flat_partitions(const RowsView& rows);

/// How many partitions make searches of `rows` clustered or uniform rows of 16 floats fastest.
std::size_t best_partition_count(std::size_t rows) noexcept;
/// More rows than this make changes of a partition slow; it is then split.
std::size_t max_partition_rows(std::size_t rows) noexcept;

/// Divides rows (at least one) into about `count` cells of at most `max_rows`, around the centroids
/// of k-means, on `threads` threads. No cell is empty.
std::vector<Cell> divide(const RowsView& rows, std::size_t count, std::size_t max_rows,
                         std::size_t threads);

}  // namespace simdb
