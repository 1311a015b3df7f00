#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/embedding.h"

namespace simdb {

/// A gallery row that a query found.
struct RankedRow {
  float similarity = 0;
  std::uint32_t row = 0;
};

/// No row: nothing is left out.
inline constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);

/// Which rows a query asks for.
struct RankingRequest {
  std::size_t count = 0;      ///< at most; fewer come if there are fewer
  std::size_t skip = kNoRow;  ///< left out: the query itself
};

/// Compares every query with every row of `gallery` and calls `visit(query, nearest)` for each,
/// with the rows that `request(query)` asks for: nearest first, ties to the lower row. Both are
/// called from several threads at once, `visit` once a query and in no order; a query whose request
/// has count 0 is left out. `threads` 0 means all cores. Throws Error(kUsage) if the dimensions
/// differ or the gallery has more than 2^32 - 1 rows.
void rank_rows(const EmbeddingBatch& queries, const EmbeddingBatch& gallery, std::size_t threads,
               const std::function<RankingRequest(std::size_t query)>& request,
               const std::function<void(std::size_t query, std::span<const RankedRow>)>& visit);

}  // namespace simdb
