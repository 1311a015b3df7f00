#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "simdb/embedding.h"

// What knn_bench searches: drawn vectors, or those of files (knn_fvecs.h).
namespace simdb::bench {

/// Rows to build an index of, and queries to ask.
struct KnnData {
  EmbeddingBatch rows;
  EmbeddingBatch queries;
};

struct DataOptions {
  std::size_t rows = 100'000;
  std::size_t queries = 1'000;
  std::size_t dimension = 16;
  std::uint64_t seed = 1;
};

/// Unit vectors of one of three distributions:
/// * "clustered": 2,000 centres with normally distributed coordinates; a vector is a centre plus
///   0.35 times such noise. What a trained encoder makes is clustered.
/// * "uniform": evenly over the sphere, the worst case of every index.
/// * "duplicates": clustered vectors, each of which occurs c times or more with probability 1 / c,
///   up to 5,000 times (or a twentieth of the rows), in random order. Half of the queries are
///   stored rows.
/// Otherwise queries are fresh vectors. The same options give the same vectors; the queries of
/// "clustered" and "uniform" don't depend on the number of rows, and fewer rows are the first of
/// more. Throws Error(kUsage) for another name or an invalid dimension.
KnnData draw_data(std::string_view distribution, const DataOptions& options);

}  // namespace simdb::bench
