#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb::test {

/// What an index must answer, found the plainest way: similarity() to every row, sorted.
class ReferenceIndex {
 public:
  void add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) {
    for (std::size_t i = 0; i < ids.size(); ++i) rows_.emplace(ids[i], embeddings.at(i));
  }
  std::size_t remove(std::span<const ItemId> ids) {
    std::size_t removed = 0;
    for (const ItemId id : ids) removed += rows_.erase(id);
    return removed;
  }

  std::vector<Neighbor> search(std::span<const float> query, std::size_t k) const {
    std::vector<Neighbor> neighbors;
    for (const auto& [id, row] : rows_) neighbors.push_back({id, similarity(query, row.values())});
    return first(std::move(neighbors), k);
  }
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               std::span<const ItemId> only) const {
    std::vector<Neighbor> neighbors;
    for (const ItemId id : only) {
      const auto row = rows_.find(id);
      if (row != rows_.end()) neighbors.push_back({id, similarity(query, row->second.values())});
    }
    return first(std::move(neighbors), k);
  }
  std::vector<Neighbor> range_search(std::span<const float> query, float minimum) const {
    std::vector<Neighbor> neighbors = search(query, rows_.size());
    std::erase_if(neighbors, [&](const Neighbor& n) { return n.similarity < minimum; });
    return neighbors;
  }

  const std::map<ItemId, Embedding>& rows() const { return rows_; }
  std::vector<ItemId> ids() const {
    std::vector<ItemId> all;
    for (const auto& [id, row] : rows_) all.push_back(id);
    return all;
  }

 private:
  static std::vector<Neighbor> first(std::vector<Neighbor> neighbors, std::size_t k) {
    std::sort(neighbors.begin(), neighbors.end(), ranks_before);
    neighbors.resize(std::min(k, neighbors.size()));
    return neighbors;
  }

  std::map<ItemId, Embedding> rows_;
};

}  // namespace simdb::test
