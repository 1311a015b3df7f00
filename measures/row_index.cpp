#include <algorithm>
#include <numeric>

#include "core/parallel.h"
#include "measures/row_index_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kQueriesAtOnce = 16;  // that a thread takes

// Ids grow from 1, rows from 0.
ItemId id_of(std::size_t row) { return ItemId{row + 1}; }
std::size_t row_of(ItemId id) { return static_cast<std::size_t>(to_number(id) - 1); }

}  // namespace

RowIndex::RowIndex(const EmbeddingBatch& rows, std::size_t threads)
    : threads_(threads != 0 ? threads : core_count()),
      index_(make_index(rows.dimension(),
                        {.partition_from = IndexOptions().partition_from, .threads = threads_})) {
  std::vector<ItemId> ids(rows.rows());
  for (std::size_t row = 0; row < ids.size(); ++row) ids[row] = id_of(row);
  index_->add(ids, rows);
}

void RowIndex::search(
    const EmbeddingBatch& queries, const std::function<Request(std::size_t query)>& request,
    const std::function<void(std::size_t query, std::span<const Hit>)>& visit) const {
  parallel_for(queries.rows(), kQueriesAtOnce, threads_, [&](std::size_t begin, std::size_t end) {
    std::vector<Hit> hits;
    for (std::size_t query = begin; query < end; ++query) {
      const Request wanted = request(query);
      if (wanted.count == 0) continue;
      hits.clear();
      const std::size_t one_more = wanted.left_out == kNoRow ? 0 : 1;
      for (const Neighbor& found : index_->search(queries.row(query), wanted.count + one_more)) {
        const std::size_t row = row_of(found.id);
        if (row != wanted.left_out) hits.push_back({row, found.similarity});
      }
      hits.resize(std::min(hits.size(), wanted.count));
      visit(query, hits);
    }
  });
}

}  // namespace simdb
