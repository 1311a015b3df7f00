#include "benchmarks/knn_methods.h"
#include "index/vector_index.h"

namespace simdb::bench {
namespace {

// Item ids grow from 1, rows from 0.
ItemId id_of(std::size_t row) { return ItemId{row + 1}; }
RowNumber row_of(ItemId id) { return static_cast<RowNumber>(to_number(id) - 1); }

class SimdbFlat final : public KnnMethod {
 public:
  explicit SimdbFlat(std::size_t dimension) : index_(make_flat_index(dimension)) {}

  void build(const EmbeddingBatch& rows, int /*threads*/) override {
    std::vector<ItemId> ids(rows.rows());
    for (std::size_t r = 0; r < ids.size(); ++r) ids[r] = id_of(r);
    index_->add(ids, rows);
  }

  std::vector<KnnSetting> settings() const override { return {{"simdb flat", ""}}; }
  void use(std::size_t /*setting*/) override {}

  FoundRows search(std::span<const float> query, std::size_t k) const override {
    FoundRows found;
    for (const Neighbor& neighbor : index_->search(query, k)) found.push_back(row_of(neighbor.id));
    return found;
  }

 private:
  std::unique_ptr<VectorIndex> index_;
};

}  // namespace

std::vector<KnnMethodEntry> simdb_methods() {
  return {
      {"simdb-flat",
       [](std::size_t, std::size_t dimension) { return std::make_unique<SimdbFlat>(dimension); },
       ""}};
}

}  // namespace simdb::bench
