#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "simdb/item.h"

namespace simdb {

/// Called with each embedding in ascending order of id, until it returns false.
using EmbeddingVisitor = std::function<bool(ItemId, std::span<const float>)>;

/// How the answers of `search` to up to 1,000 queries, embeddings out of `count` that `scan`
/// visits, differ from those of a scan, in words for a person; empty means that each rank has the
/// same similarity. Both see one state.
std::vector<std::string> compare_searches(
    std::uint64_t count, std::size_t dimension,
    const std::function<void(const EmbeddingVisitor&)>& scan,
    const std::function<std::vector<Neighbor>(std::span<const float> query, std::size_t k)>&
        search);

}  // namespace simdb
