#include <cstdint>

#include "benchmarks/knn_methods.h"
#include "index/vector_index.h"

namespace simdb::bench {
namespace {

// Item ids grow from 1, rows from 0.
ItemId id_of(std::size_t row) { return ItemId{row + 1}; }

FoundRows rows_of(const std::vector<Neighbor>& neighbors) {
  FoundRows rows;
  rows.reserve(neighbors.size());
  for (const Neighbor& neighbor : neighbors) {
    rows.push_back(static_cast<RowNumber>(to_number(neighbor.id) - 1));
  }
  return rows;
}

// The index with its defaults.
class SimdbIndex : public KnnMethod {
 public:
  explicit SimdbIndex(std::size_t dimension) : dimension_(dimension) {}

  void build(const EmbeddingBatch& rows, int threads) override {
    index_ = make_index(dimension_, options(threads));
    std::vector<ItemId> ids(rows.rows());
    for (std::size_t r = 0; r < ids.size(); ++r) ids[r] = id_of(r);
    index_->add(ids, rows);
  }

  std::vector<KnnSetting> settings() const override { return {{"simdb exact", ""}}; }
  void use(std::size_t /*setting*/) override {}

  FoundRows search(std::span<const float> query, std::size_t k) const override {
    return rows_of(index_->search(query, k));
  }
  std::vector<FoundRows> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                      int threads) const override {
    std::vector<FoundRows> found;
    for (const auto& neighbors :
         index_->search_batch(queries, k, static_cast<std::size_t>(threads))) {
      found.push_back(rows_of(neighbors));
    }
    return found;
  }

 protected:
  virtual IndexOptions options(int threads) const {
    return {.partition_from = IndexOptions().partition_from,
            .threads = static_cast<std::size_t>(threads)};
  }

 private:
  std::size_t dimension_;
  std::unique_ptr<VectorIndex> index_;
};

// Every row compared with every query.
class SimdbFlat final : public SimdbIndex {
 public:
  using SimdbIndex::SimdbIndex;
  std::vector<KnnSetting> settings() const override { return {{"simdb flat", ""}}; }

 protected:
  IndexOptions options(int threads) const override {
    return {.partition_from = SIZE_MAX, .threads = static_cast<std::size_t>(threads)};
  }
};

}  // namespace

std::vector<KnnMethodEntry> simdb_methods() {
  return {
      {"simdb",
       [](std::size_t, std::size_t dimension) { return std::make_unique<SimdbIndex>(dimension); },
       ""},
      {"simdb-flat",
       [](std::size_t, std::size_t dimension) { return std::make_unique<SimdbFlat>(dimension); },
       ""}};
}

}  // namespace simdb::bench
