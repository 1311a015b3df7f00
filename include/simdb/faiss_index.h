#pragma once

#include <faiss/Index.h>

#include <memory>
#include <span>
#include <vector>

#include "simdb/id_filter.h"
#include "simdb/item.h"

namespace simdb {

class VectorIndex;

/// simdb's exact index as a faiss::Index, for programs that have an IndexFlatIP or IndexFlatL2 of
/// unit vectors: the same answers, of equally near rows those with the smallest labels, without
/// comparing with every row. The component `faiss` of find_package(simdb) has it.
///
/// What is added has unit length (faiss::fvec_renorm_L2); a query has any length but 0. Distances
/// are those of the metric, inner products or squares of Euclidean distances, from a dot product
/// that is accumulated in double. Labels are 0, 1, ... as in a flat index, and move up where
/// remove_ids() makes a gap; under an IndexIDMap they are what you choose. Misuse and what simdb
/// refuses is a faiss::FaissException. faiss::write_index() does not know it.
///
/// Thread-safe as FAISS's own are: searches beside each other, changes alone.
class FaissIndex final : public faiss::Index {
 public:
  using Label = std::int64_t;

  /// `metric` is METRIC_INNER_PRODUCT or METRIC_L2.
  explicit FaissIndex(Label dimension, faiss::MetricType metric = faiss::METRIC_INNER_PRODUCT);
  ~FaissIndex() override;

  /// n x d floats, each row within 1e-3 of length 1. All or none.
  void add(Label n, const float* x) override;
  /// Fills the end of a list with the label -1 where fewer than k rows match.
  void search(Label n, const float* x, Label k, float* distances, Label* labels,
              const faiss::SearchParameters* params = nullptr) const override;
  /// Rows of a larger inner product, or of a smaller distance, than `radius`; by label, as in a
  /// flat index.
  void range_search(Label n, const float* x, float radius, faiss::RangeSearchResult* result,
                    const faiss::SearchParameters* params = nullptr) const override;
  void reset() override;
  std::size_t remove_ids(const faiss::IDSelector& selector) override;
  /// The row, bit for bit.
  void reconstruct(Label key, float* row) const override;
  void reconstruct_n(Label first, Label n, float* rows) const override;
  /// Bytes that rows and all that speeds up searches take.
  std::size_t memory_bytes() const noexcept;

 private:
  struct Query;
  Query query_of(const float* x) const;
  IdFilter filter_of(const faiss::SearchParameters* params) const;
  Label label_of(ItemId id) const;
  float distance_of(const Query& query, float similarity) const;

  std::unique_ptr<VectorIndex> index_;
  std::vector<ItemId> ids_;  // of the rows by label; ascend
  std::uint64_t next_id_ = 1;
};

}  // namespace simdb
