#pragma once

#include <cstddef>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

/// Embeddings seen along the directions in which they vary most.
struct PrincipalComponents {
  std::size_t components = 0;
  std::vector<float> projections;  ///< rows x components, of the embeddings less their mean
  std::vector<float> explained;    ///< share of the total variance a component, in [0, 1]
};

/// Projects every row on its batch's first `components` principal components, the largest variance
/// first. The sign is fixed: each direction's coordinate of largest size is positive. Where the
/// rows vary in fewer directions, the rest is 0. Throws Error(kUsage) unless 1 <= components <=
/// dimension, Error(kInternal) if OpenCV fails. Costs about rows * dimension^2. Pure and
/// thread-safe.
PrincipalComponents principal_components(const EmbeddingBatch& rows, std::size_t components);

}  // namespace simdb
