#include "measures/hard_examples.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "measures/row_index_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

void require_a_label_each(std::size_t rows, std::size_t labels) {
  if (rows != labels) {
    throw Error(ErrorCode::kUsage, "can't look for hard examples: not one label per row");
  }
}

/// The rows of one label.
struct Group {
  std::vector<double> mean;  ///< scaled to length 1; all 0 if the rows cancel out
  std::size_t rows = 0;
  std::size_t row = 0;  ///< most like the mean
};

double dot(const std::vector<double>& mean, std::span<const float> row) {
  double sum = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) sum += mean[i] * row[i];
  return sum;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::map<int, Group> group(const EmbeddingBatch& rows, std::span<const int> labels) {
  std::map<int, Group> groups;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    Group& group = groups[labels[row]];
    group.mean.resize(rows.dimension());
    for (std::size_t i = 0; i < rows.dimension(); ++i) group.mean[i] += rows.row(row)[i];
    ++group.rows;
  }
  for (auto& [label, group] : groups) {
    const double length = std::sqrt(dot(group.mean, group.mean));
    for (double& value : group.mean) value = length > 0 ? value / length : 0;
  }
  std::map<int, double> best;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    Group& group = groups[labels[row]];
    const double similarity = dot(group.mean, rows.row(row));
    const auto [entry, is_first] = best.try_emplace(labels[row], similarity);
    if (!is_first && similarity <= entry->second) continue;
    entry->second = similarity;
    group.row = row;
  }
  return groups;
}

}  // namespace

std::vector<RowNeighbors> find_neighbors(const EmbeddingBatch& rows, std::span<const int> labels) {
  require_a_label_each(rows.rows(), labels.size());
  std::map<int, std::vector<std::size_t>> classes;
  for (std::size_t row = 0; row < labels.size(); ++row) classes[labels[row]].push_back(row);
  std::vector<RowNeighbors> neighbors(rows.rows());
  RowIndex(rows, 0).search(
      rows,
      // One more than there are of its label, so that one is of another.
      [&](std::size_t row) { return RowIndex::Request{classes.at(labels[row]).size(), row}; },
      [&](std::size_t row, std::span<const RowIndex::Hit> nearest) {
        RowNeighbors& found = neighbors[row];
        if (!nearest.empty()) found.nearest = {nearest[0].row, nearest[0].similarity};
        const auto negative = std::ranges::find_if(
            nearest, [&](const RowIndex::Hit& hit) { return labels[hit.row] != labels[row]; });
        if (negative != nearest.end()) {
          found.nearest_negative = {negative->row, negative->similarity};
        }
        for (const std::size_t other : classes.at(labels[row])) {
          if (other == row) continue;
          const float alike = similarity(rows.row(row), rows.row(other));
          RowNeighbors::Neighbor& farthest = found.farthest_positive;
          if (farthest.row == RowNeighbors::kNone || alike < farthest.similarity) {
            farthest = {other, alike};
          }
        }
      });
  return neighbors;
}

std::vector<HardTriplet> hardest_triplets(std::span<const RowNeighbors> neighbors,
                                          std::size_t count) {
  std::vector<HardTriplet> all;
  for (std::size_t row = 0; row < neighbors.size(); ++row) {
    const auto& [nearest, negative, positive] = neighbors[row];
    if (negative.row == RowNeighbors::kNone || positive.row == RowNeighbors::kNone) continue;
    all.push_back({row, positive.row, negative.row, positive.similarity, negative.similarity});
  }
  std::stable_sort(all.begin(), all.end(), [](const HardTriplet& a, const HardTriplet& b) {
    return a.violation() > b.violation();
  });
  std::vector<HardTriplet> hardest;
  std::set<std::size_t> positives;
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (const HardTriplet& triplet : all) {
    if (hardest.size() == count) break;
    if (positives.contains(triplet.positive)) continue;
    if (!pairs.insert(std::minmax(triplet.anchor, triplet.positive)).second) continue;
    positives.insert(triplet.positive);
    hardest.push_back(triplet);
  }
  return hardest;
}

std::vector<ConfusableClasses> confusable_classes(const EmbeddingBatch& rows,
                                                  std::span<const int> labels,
                                                  std::span<const RowNeighbors> neighbors,
                                                  std::size_t count) {
  require_a_label_each(rows.rows(), labels.size());
  require_a_label_each(rows.rows(), neighbors.size());
  std::map<std::pair<int, int>, std::size_t> confused;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::size_t nearest = neighbors[row].nearest.row;
    if (nearest == RowNeighbors::kNone || labels[nearest] == labels[row]) continue;
    ++confused[std::minmax(labels[row], labels[nearest])];
  }
  const std::map<int, Group> groups = group(rows, labels);
  std::vector<ConfusableClasses> all;
  for (auto a = groups.begin(); a != groups.end(); ++a) {
    for (auto b = std::next(a); b != groups.end(); ++b) {
      const auto found = confused.find({a->first, b->first});
      all.push_back({a->first, b->first, static_cast<float>(dot(a->second.mean, b->second.mean)),
                     a->second.row, b->second.row, found == confused.end() ? 0 : found->second,
                     a->second.rows + b->second.rows});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.similarity > b.similarity; });
  all.resize(std::min(all.size(), count));
  return all;
}

}  // namespace simdb
