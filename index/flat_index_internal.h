#pragma once

#include <faiss/IndexFlat.h>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "index/vector_index.h"

namespace simdb {

/// Compares a query with every row. Row r of the FAISS index belongs to ids_[r]; ids_ ascends.
class FlatIndex final : public VectorIndex {
 public:
  explicit FlatIndex(std::size_t dimension);

  void add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) override;
  std::size_t remove(std::span<const ItemId> ids) override;
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const IdFilter& filter) const override;
  std::size_t size() const noexcept override { return ids_.size(); }
  std::size_t dimension() const noexcept override { return dimension_; }
  std::vector<ItemId> ids() const override { return ids_; }
  std::span<const float> vector(ItemId id) const override;

 private:
  using Row = decltype(faiss::Index::ntotal);

  std::vector<Neighbor> nearest(std::span<const float> query, std::size_t k,
                                const faiss::SearchParameters* parameters) const;
  std::vector<Neighbor> all_from(std::span<const float> query, float similarity,
                                 const faiss::SearchParameters* parameters) const;
  std::span<const float> row(std::size_t r) const;

  std::size_t dimension_;
  std::unique_ptr<faiss::IndexFlatIP> rows_;
  std::vector<ItemId> ids_;
};

}  // namespace simdb
