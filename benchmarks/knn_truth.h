#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "benchmarks/knn_methods.h"
#include "simdb/item.h"

// The answers that knn_bench judges by.
namespace simdb::bench {

/// For every query the min(k, rows) nearest rows by core's similarity() (accumulated in double) in
/// the order of ranks_before, with row numbers as ids. Exact: floats only choose candidates, with a
/// margin above their largest possible error. Runs on `threads` threads. Throws Error(kUsage) if
/// the dimensions differ or k is 0.
std::vector<std::vector<Neighbor>> true_neighbors(const EmbeddingBatch& rows,
                                                  const EmbeddingBatch& queries, std::size_t k,
                                                  int threads);

/// How good the answers of one method are.
struct Quality {
  /// The mean share of the true neighbours that were found. A row counts as found if it is as
  /// similar as the last true neighbour: a tie may be broken in any way.
  double recall = 0;
  /// Share of the queries answered with exactly the true list, ties and order included.
  double exact_lists = 0;
};

/// One list per query in `found` and `truth`; `truth` is of the same rows and queries. Row numbers
/// that don't exist, repeated ones and those beyond the truth's length count for nothing.
Quality judge(std::span<const FoundRows> found, std::span<const std::vector<Neighbor>> truth,
              const EmbeddingBatch& rows, const EmbeddingBatch& queries);

}  // namespace simdb::bench
