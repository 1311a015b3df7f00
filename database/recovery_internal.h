#pragma once

#include <memory>
#include <string>
#include <vector>

#include "index/vector_index.h"
#include "storage/store.h"

namespace simdb {

/// Fills an empty index with every embedding of the store. Throws Error(kCorruption) if an
/// embedding is damaged or their number is not the number of items that the store counts.
void rebuild_index(const Store& store, VectorIndex& index);

/// How the index differs from the store, in words for a person, at most 100 lines; empty means that
/// they hold the same ids with the same embeddings, bit for bit.
std::vector<std::string> compare_index(const Store& store, const VectorIndex& index);

}  // namespace simdb
