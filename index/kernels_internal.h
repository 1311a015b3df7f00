#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace simdb {

/// Rows lie in blocks of 16, transposed: first value 0 of the 16 rows, then value 1, and so on:
/// dimension x 16 floats, aligned to 64 bytes. One AVX-512 register holds one value of all rows of
/// a block, so that no kernel adds across lanes. Unused rows are zero.
inline constexpr std::size_t kBlockRows = 16;
inline constexpr std::size_t kBlockAlignment = 64;

/// Asks for the memory of a block: one cache line is one value of all its rows.
inline void prefetch_block(const float* block, std::size_t dimension) {
  for (std::size_t d = 0; d < dimension; ++d) __builtin_prefetch(block + d * kBlockRows);
}

/// The inner loops of the index for one instruction set. Scores are float dot products: they differ
/// from the true ones by less than score_error(). Any dimension will do, since a register holds one
/// value of many rows, not many values of one. Immutable; thread-safe.
struct Kernels {
  const char* name;

  /// scores[16 * b + r] = query . row r of blocks[b] for b < count; bit r of hits[b] tells whether
  /// that is >= threshold.
  void (*score)(const float* query, std::size_t dimension, const float* const* blocks,
                std::size_t count, float threshold, float* scores, std::uint16_t* hits);

  /// The same for one block and `query_count` queries: scores[16 * q + r] and bit r of hits[q]. A
  /// block is loaded once for several queries, so that for many of them the processor's arithmetic
  /// is the limit, not the memory.
  void (*score_many)(const float* const* queries, std::size_t query_count, std::size_t dimension,
                     const float* block, const float* thresholds, float* scores,
                     std::uint16_t* hits);

  /// Queries that nearest() takes together.
  static constexpr std::size_t kGroup = 4;

  /// For each of `queries` (row-major; a multiple of kGroup uses the machine best) the row of the
  /// `block_count` blocks in one array with the largest score among the first `rows` > 0, the
  /// lowest such row on ties, and that score.
  void (*nearest)(const float* queries, std::size_t query_count, std::size_t dimension,
                  const float* blocks, std::size_t rows, std::uint32_t* nearest,
                  float* nearest_scores);

  /// Position of the largest of `count` > 0 values, the first such on ties.
  std::size_t (*largest)(const float* values, std::size_t count);

  /// Writes to `selected`, ascending, every i < count with
  /// scores[i] + slack >= cos(radius_i + angle), or radius_i + angle >= pi, given cosines and sines
  /// of the radii and of the angle; returns how many. The arrays have room for a multiple of 16.
  std::size_t (*select)(const float* scores, const float* cos_radius, const float* sin_radius,
                        std::size_t count, float cos_angle, float sin_angle, float slack,
                        std::uint32_t* selected);

  /// Writes to `selected`, ascending, every i < count with near[i] <= high and far[i] >= low;
  /// returns how many.
  std::size_t (*overlap)(const float* near, const float* far, std::size_t count, float low,
                         float high, std::uint32_t* selected);
};

/// Every instruction set that this build has and this machine runs, the fastest first; the last is
/// "portable".
std::span<const Kernels* const> available_kernels();
/// The first of them.
const Kernels& best_kernels();

/// By how much a kernel's score of two vectors of at most length 1.001 may differ from the true dot
/// product, be that exact or rounded to float: n * u / (1 - n * u) * |a||b| for n <= 4,096 products
/// in any order (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), u = 2^-24, rounded
/// up, and u for each of two roundings, of the dot product and of what is computed with this.
constexpr float score_error(std::size_t dimension) noexcept {
  return static_cast<float>(dimension + 2) * 6.1e-8F;
}

// What kernels.cpp picks from. Null where the build's target has no such instructions.
extern const Kernels* const kAvx512Kernels;
extern const Kernels* const kAvx2Kernels;
extern const Kernels* const kNeonKernels;
extern const Kernels kPortableKernels;

}  // namespace simdb
