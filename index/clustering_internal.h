#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace simdb {

/// Unit centroids of `count` clusters (at most one per row) of `rows` row-major rows of length 1,
/// row-major: FAISS's spherical k-means on a random sample. The same for the same input. Rows are
/// assigned to centroids on `threads` threads.
std::vector<float> cluster(const float* values, std::size_t rows, std::size_t dimension,
                           std::size_t count, std::size_t threads);

/// The nearest of the centroids (row-major) for each row.
std::vector<std::uint32_t> assign(const float* values, std::size_t rows, std::size_t dimension,
                                  const std::vector<float>& centroids, std::size_t threads);

}  // namespace simdb
