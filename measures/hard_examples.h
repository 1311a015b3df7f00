#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

// Where labelled embeddings go wrong, for people to look at. All functions are pure and
// thread-safe, and throw Error(kUsage) unless there is one label per row.

/// What the other rows are to one row; ties go to the lower row.
struct RowNeighbors {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Neighbor {
    std::size_t row = kNone;  ///< kNone: there is no such row
    float similarity = 0;
  };
  Neighbor nearest;            ///< of all others
  Neighbor nearest_negative;   ///< of the other labels
  Neighbor farthest_positive;  ///< of the same label
};

/// One entry per row, found on all cores. A search per row for as many as its label has, and as
/// many comparisons.
std::vector<RowNeighbors> find_neighbors(const EmbeddingBatch& rows, std::span<const int> labels);

/// A row, the row of its label least like it and the row of another label most like it.
struct HardTriplet {
  std::size_t anchor = 0;
  std::size_t positive = 0;
  std::size_t negative = 0;
  float positive_similarity = 0;
  float negative_similarity = 0;

  /// > 0: the wrong one is more alike.
  float violation() const noexcept { return negative_similarity - positive_similarity; }
};

/// The `count` triplets of the largest violation, the worst first, ties to the lower anchor. An odd
/// image is the farthest positive of its whole class: no row is a positive twice, and no two rows
/// are each other's positive.
std::vector<HardTriplet> hardest_triplets(std::span<const RowNeighbors> neighbors,
                                          std::size_t count);

/// Two labels whose embeddings point the same way.
struct ConfusableClasses {
  int first = 0;  ///< the lower label
  int second = 0;
  float similarity = 0;        ///< of their mean embeddings
  std::size_t first_row = 0;   ///< of `first`: the row most like its mean
  std::size_t second_row = 0;  ///< of `second`
  std::size_t confused = 0;    ///< rows of the two whose nearest other row is of the other one
  std::size_t rows = 0;        ///< of the two
};

/// The `count` pairs of labels with the most similar means, the most similar first, ties to the
/// lower labels. `neighbors` are find_neighbors() of the same rows. Costs rows * dimension and
/// labels^2 * dimension / 2 multiplications.
std::vector<ConfusableClasses> confusable_classes(const EmbeddingBatch& rows,
                                                  std::span<const int> labels,
                                                  std::span<const RowNeighbors> neighbors,
                                                  std::size_t count);

}  // namespace simdb
