#include "measures/open_set.h"

#include <algorithm>

#include "measures/row_index_internal.h"
#include "simdb/error.h"

namespace simdb {

std::vector<float> best_similarities(const EmbeddingBatch& queries, const EmbeddingBatch& gallery) {
  if (gallery.empty()) throw Error(ErrorCode::kUsage, "there is no gallery to compare with");
  std::vector<float> best(queries.rows());
  RowIndex(gallery, 0)
      .search(
          queries, [](std::size_t) { return RowIndex::Request{1}; },
          [&](std::size_t query, std::span<const RowIndex::Hit> nearest) {
            best[query] = nearest.front().similarity;
          });
  return best;
}

double auroc(std::span<const float> known, std::span<const float> foreign) {
  if (known.empty() || foreign.empty()) {
    throw Error(ErrorCode::kUsage, "known and foreign images are needed to tell them apart");
  }
  std::vector<float> sorted(foreign.begin(), foreign.end());
  std::sort(sorted.begin(), sorted.end());
  double wins = 0;
  for (const float score : known) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), score);
    wins += static_cast<double>(low - sorted.begin()) + static_cast<double>(high - low) / 2;
  }
  return wins / (static_cast<double>(known.size()) * static_cast<double>(foreign.size()));
}

}  // namespace simdb
