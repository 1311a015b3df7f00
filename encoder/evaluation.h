#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/embedding.h"

namespace simdb {

// Retrieval measures, as in Musgrave et al., "A Metric Learning Reality Check" (ECCV 2020). Labels
// are small integers; a negative one is no class: such a row is no query and, in a gallery, the
// neighbour of nobody. All functions are pure and thread-safe.

/// Labels of a query's neighbours, nearest first, without the query itself.
struct RankedLabels {
  int query_label = 0;
  std::size_t relevant = 0;          ///< R: how many gallery items share the query's label
  std::vector<int> neighbor_labels;  ///< at least min(R, gallery) of them for MAP@R
};

/// 1 if one of the first k neighbours shares the label, else 0.
double recall_at_k(const RankedLabels& ranked, std::size_t k);

/// Average precision at R: (1/R) sum over i <= R of precision(i) where the i-th neighbour is
/// relevant; 0 if R = 0.
double average_precision_at_r(const RankedLabels& ranked);

struct RetrievalScore {
  double recall_at_1 = 0;  ///< mean over queries
  double map_at_r = 0;     ///< mean over queries
};

/// Every row against all others, leaving itself out; ties go to the lower row. Rows whose label
/// occurs once are not queries but stay in the gallery. Costs rows^2 * dimension multiplications.
RetrievalScore leave_one_out(const EmbeddingBatch& embeddings, std::span<const int> labels);

/// Every query row against a gallery; ties go to the lower gallery row.
RetrievalScore query_against_gallery(const EmbeddingBatch& queries,
                                     std::span<const int> query_labels,
                                     const EmbeddingBatch& gallery,
                                     std::span<const int> gallery_labels);

}  // namespace simdb
