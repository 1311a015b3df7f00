#pragma once

#include <vector>

#include "index/partition_internal.h"
#include "index/partitioning_internal.h"
#include "simdb/embedding.h"

namespace simdb::test {

/// `embeddings` under `ids`, as partitions take them. Both must outlive the result.
inline std::vector<Row> rows_of(const std::vector<ItemId>& ids, const EmbeddingBatch& embeddings) {
  std::vector<Row> rows;
  for (std::size_t r = 0; r < ids.size(); ++r) rows.push_back({ids[r], embeddings.row(r).data()});
  return rows;
}

inline RowsView view_of(const std::vector<ItemId>& ids, const EmbeddingBatch& embeddings) {
  return {ids.data(), embeddings.values().data(), ids.size(), embeddings.dimension()};
}

}  // namespace simdb::test
