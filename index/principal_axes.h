#pragma once

#include <cstddef>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

/// The directions along which rows spread most, each of length 1 and at right angles to the others
/// (principal component analysis; Pearson, "On lines and planes of closest fit", 1901). An axis
/// along which nothing spreads is all 0. The number of largest magnitude of each is positive, so
/// that equal rows give equal axes.
struct PrincipalAxes {
  std::size_t dimension = 0;
  std::vector<float> mean;        ///< of the rows
  std::vector<float> directions;  ///< one after the other, those along which they spread most first

  std::size_t count() const { return dimension == 0 ? 0 : directions.size() / dimension; }
};

/// The first `count` axes, at most as many as the rows have numbers. Takes a second for the
/// covariance of 16,000 rows of 1,024 numbers, and memory for another copy of them. Throws
/// Error(kInternal) if FAISS fails.
PrincipalAxes principal_axes(const EmbeddingBatch& rows, std::size_t count);

}  // namespace simdb
