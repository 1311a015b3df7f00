#pragma once

#include <span>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

// How well a gallery tells images of its classes from foreign ones. The score of an image is its
// similarity to the nearest gallery row. Pure and thread-safe.

/// The similarity of every query to the nearest row of `gallery`. Throws Error(kUsage) if the
/// gallery is empty or the dimensions differ.
std::vector<float> best_similarities(const EmbeddingBatch& queries, const EmbeddingBatch& gallery);

/// Area under the ROC curve: how probable it is that a known image scores higher than a foreign
/// one; equal scores count half. 0.5 is chance, 1 perfect. Throws Error(kUsage) if a list is empty.
double auroc(std::span<const float> known, std::span<const float> foreign);

}  // namespace simdb
