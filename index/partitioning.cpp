#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>

#include "core/parallel.h"
#include "index/clustering_internal.h"
#include "index/partitioning_internal.h"

namespace simdb {
namespace {

// Equal or nearly equal rows can't be told apart by centroids: cut by angle instead, the pieces
// share the centroid.
std::vector<Cell> cut_by_angle(const std::vector<float>& centroid, const std::vector<Row>& rows,
                               std::size_t max_rows) {
  std::vector<std::pair<double, Row>> angled;
  angled.reserve(rows.size());
  for (const Row& row : rows) angled.emplace_back(angle_between(centroid, row.values), row);
  std::sort(angled.begin(), angled.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.id < b.second.id;
  });
  std::vector<Cell> cells;
  const std::size_t pieces = (rows.size() + max_rows - 1) / max_rows;
  for (std::size_t p = 0; p < pieces; ++p) {
    std::vector<Row> piece;
    for (std::size_t r = rows.size() * p / pieces; r < rows.size() * (p + 1) / pieces; ++r) {
      piece.push_back(angled[r].second);
    }
    cells.push_back({centroid, Partition::build(centroid, std::move(piece))});
  }
  return cells;
}

std::vector<Cell> divide_large(const std::vector<float>& centroid, std::vector<Row> rows,
                               std::size_t max_rows) {
  std::vector<ItemId> ids;
  std::vector<float> values;
  for (const Row& row : rows) {
    ids.push_back(row.id);
    values.insert(values.end(), row.values, row.values + centroid.size());
  }
  // Half full, so that the pieces have room to grow.
  const std::size_t count = std::min(rows.size(), (2 * rows.size() + max_rows - 1) / max_rows);
  const RowsView view{ids.data(), values.data(), rows.size(), centroid.size()};
  const std::vector<float> centroids = cluster(view.values, view.count, view.dimension, count, 1);
  const auto nearest = assign(view.values, view.count, view.dimension, centroids, 1);
  std::vector<std::vector<Row>> groups(count);
  for (std::size_t r = 0; r < rows.size(); ++r) groups[nearest[r]].push_back(rows[r]);
  std::vector<Cell> cells;
  for (std::size_t g = 0; g < count; ++g) {
    if (groups[g].empty()) continue;
    const std::vector<float> own(
        centroids.begin() + static_cast<std::ptrdiff_t>(g * view.dimension),
        centroids.begin() + static_cast<std::ptrdiff_t>((g + 1) * view.dimension));
    std::vector<Cell> pieces;
    if (groups[g].size() <= max_rows) {
      pieces.push_back({own, Partition::build(own, std::move(groups[g]))});
    } else if (groups[g].size() > rows.size() / 4 * 3) {
      pieces = cut_by_angle(own, groups[g], max_rows);
    } else {
      pieces = divide_large(own, std::move(groups[g]), max_rows);
    }
    std::move(pieces.begin(), pieces.end(), std::back_inserter(cells));
  }
  return cells;
}

}  // namespace

std::vector<Row> RowsView::rows(std::size_t first, std::size_t last) const {
  std::vector<Row> rows;
  rows.reserve(last - first);
  for (std::size_t r = first; r < last; ++r) rows.push_back({ids[r], values + r * dimension});
  return rows;
}

std::vector<Partition> flat_partitions(const RowsView& rows) {
  std::vector<Partition> partitions;
  for (std::size_t first = 0; first < rows.count; first += kFlatRows) {
    const std::size_t last = std::min(rows.count, first + kFlatRows);
    partitions.push_back(Partition::build_flat(rows.dimension, rows.rows(first, last)));
  }
  return partitions;
}

std::size_t best_partition_count(std::size_t rows) noexcept {
  const double count = 64 * std::pow(static_cast<double>(rows), 0.3);
  return std::max<std::size_t>(1, std::min(static_cast<std::size_t>(count), rows / 48));
}

std::size_t max_partition_rows(std::size_t rows) noexcept {
  return std::max<std::size_t>(256, 4 * rows / best_partition_count(rows));
}

std::vector<Cell> divide(const RowsView& rows, std::size_t count, std::size_t max_rows,
                         std::size_t threads) {
  count = std::min(count, rows.count);
  const std::vector<float> centroids =
      cluster(rows.values, rows.count, rows.dimension, count, threads);
  const auto nearest = assign(rows.values, rows.count, rows.dimension, centroids, threads);

  // Counting sort by centroid.
  std::vector<std::size_t> first(count + 1, 0);
  for (const std::uint32_t p : nearest) ++first[p + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::size_t> order(rows.count);
  std::vector<std::size_t> next(first.begin(), first.end() - 1);
  for (std::size_t r = 0; r < rows.count; ++r) order[next[nearest[r]]++] = r;

  std::vector<std::vector<Cell>> pieces(count);
  parallel_for(count, 16, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      std::vector<Row> members;
      for (std::size_t i = first[p]; i < first[p + 1]; ++i) {
        members.push_back({rows.ids[order[i]], rows.values + order[i] * rows.dimension});
      }
      if (members.empty()) continue;
      const std::vector<float> centroid(
          centroids.begin() + static_cast<std::ptrdiff_t>(p * rows.dimension),
          centroids.begin() + static_cast<std::ptrdiff_t>((p + 1) * rows.dimension));
      if (members.size() > max_rows) {
        pieces[p] = divide_large(centroid, std::move(members), max_rows);
      } else {
        pieces[p].push_back({centroid, Partition::build(centroid, std::move(members))});
      }
    }
  });
  std::vector<Cell> cells;
  for (auto& some : pieces) std::move(some.begin(), some.end(), std::back_inserter(cells));
  return cells;
}

}  // namespace simdb
