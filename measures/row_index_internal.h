#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "index/vector_index.h"
#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb {

/// No row: nothing is left out.
inline constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);

/// Rows that are searched as the items of a database are. Immutable; thread-safe.
class RowIndex {
 public:
  /// Builds the index and later searches on `threads` threads; 0: all cores.
  RowIndex(const EmbeddingBatch& rows, std::size_t threads);

  /// What a query asks for.
  struct Request {
    std::size_t count = 0;          ///< rows at most; 0: it is left out
    std::size_t left_out = kNoRow;  ///< this row is not among them: the query itself
  };
  struct Hit {
    std::size_t row = 0;
    float similarity = 0;
  };
  /// Calls `visit(query, nearest)` for each query, with the rows that `request(query)` asks for:
  /// nearest first, ties to the lower row. Both are called from several threads at once, `visit`
  /// once per query and in no order. Throws Error(kUsage) if the dimensions differ.
  void search(const EmbeddingBatch& queries,
              const std::function<Request(std::size_t query)>& request,
              const std::function<void(std::size_t query, std::span<const Hit>)>& visit) const;

 private:
  std::size_t threads_;
  std::unique_ptr<VectorIndex> index_;
};

}  // namespace simdb
