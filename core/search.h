#pragma once

#include <cstddef>
#include <vector>

#include "core/item.h"

namespace simdb {

/// Bounds the work of one search. A search that reaches the bound stops with what it has.
struct WorkLimit {
  std::size_t rows = 0;  ///< how many embeddings may be compared with the query, about
};

/// What a search under a WorkLimit found.
struct LimitedResult {
  std::vector<Neighbor> neighbors;     ///< in the order of ranks_before
  bool exact = true;                   ///< proven to be what the search without a limit returns
  std::size_t partitions_skipped = 0;  ///< how many might hold something nearer; 0 if exact
  std::size_t rows_compared = 0;
};

}  // namespace simdb
