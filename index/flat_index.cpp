#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/IDSelector.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "core/error.h"
#include "index/faiss_wall_internal.h"
#include "index/flat_index_internal.h"

namespace simdb {
namespace {

// One bit a row, as faiss::IDSelectorBitmap wants it. The filter runs here and not inside FAISS's
// OpenMP region, where an exception of the caller's filter would end the process.
struct RowBitmap {
  std::vector<std::uint8_t> bits;
  std::size_t rows = 0;  // how many bits are set

  RowBitmap(std::span<const ItemId> ids, const IdFilter& filter) : bits((ids.size() + 7) / 8) {
    for (std::size_t r = 0; r < ids.size(); ++r) {
      if (!filter(ids[r])) continue;
      bits[r / 8] |= static_cast<std::uint8_t>(1U << (r % 8));
      ++rows;
    }
  }
};

void require_query(std::span<const float> query, std::size_t k, std::size_t dimension) {
  if (k == 0) throw Error(ErrorCode::kUsage, "can't search for 0 neighbours; ask for at least 1");
  if (query.size() != dimension) {
    throw Error(ErrorCode::kUsage, "can't search with a query of dimension " +
                                       std::to_string(query.size()) + " in an index of dimension " +
                                       std::to_string(dimension));
  }
  if (!std::all_of(query.begin(), query.end(), [](float value) { return std::isfinite(value); })) {
    throw Error(ErrorCode::kUsage, "can't search with a query that holds NaN or infinity");
  }
}

bool strictly_ascending(std::span<const ItemId> ids) {
  return std::adjacent_find(ids.begin(), ids.end(), [](ItemId a, ItemId b) { return a >= b; }) ==
         ids.end();
}

}  // namespace

FlatIndex::FlatIndex(std::size_t dimension)
    : dimension_((require_valid_dimension(dimension), dimension)),
      rows_(std::make_unique<faiss::IndexFlatIP>(static_cast<Row>(dimension))) {}

void FlatIndex::add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) {
  if (embeddings.dimension() != dimension_ || embeddings.rows() != ids.size()) {
    throw Error(ErrorCode::kUsage,
                "can't index " + std::to_string(embeddings.rows()) + " embeddings of dimension " +
                    std::to_string(embeddings.dimension()) + " under " +
                    std::to_string(ids.size()) + " ids in an index of dimension " +
                    std::to_string(dimension_));
  }
  if (ids.empty()) return;
  if (!strictly_ascending(ids) || (!ids_.empty() && ids.front() <= ids_.back())) {
    throw Error(ErrorCode::kUsage, "can't index item " + std::to_string(to_number(ids.front())) +
                                       ": ids must be new and ascending");
  }
  guard_faiss("index embeddings", [&] {
    // Everything that can fail comes before the ids change. Growing by doubling, as push_back does.
    if (ids_.size() + ids.size() > ids_.capacity()) {
      ids_.reserve(std::max(2 * ids_.capacity(), ids_.size() + ids.size()));
    }
    rows_->add(static_cast<Row>(ids.size()), embeddings.values().data());
  });
  ids_.insert(ids_.end(), ids.begin(), ids.end());
}

std::size_t FlatIndex::remove(std::span<const ItemId> ids) {
  return guard_faiss("remove embeddings from the index", [&] {
    std::vector<ItemId> doomed(ids.begin(), ids.end());
    std::sort(doomed.begin(), doomed.end());
    std::vector<ItemId> kept_ids;
    std::vector<float> kept_rows;
    kept_ids.reserve(ids_.size());
    kept_rows.reserve(ids_.size() * dimension_);
    for (std::size_t r = 0; r < ids_.size(); ++r) {
      if (std::binary_search(doomed.begin(), doomed.end(), ids_[r])) continue;
      kept_ids.push_back(ids_[r]);
      kept_rows.insert(kept_rows.end(), row(r).begin(), row(r).end());
    }
    const std::size_t removed = ids_.size() - kept_ids.size();
    if (removed == 0) return removed;
    // A fresh FAISS index gives the memory back and leaves this one alone if memory runs out.
    auto rows = std::make_unique<faiss::IndexFlatIP>(static_cast<Row>(dimension_));
    rows->add(static_cast<Row>(kept_ids.size()), kept_rows.data());
    rows_ = std::move(rows);
    ids_ = std::move(kept_ids);
    return removed;
  });
}

std::vector<Neighbor> FlatIndex::search(std::span<const float> query, std::size_t k,
                                        const IdFilter& filter) const {
  require_query(query, k, dimension_);
  std::vector<std::uint8_t> bitmap;
  std::size_t candidates = ids_.size();
  if (filter) {
    RowBitmap selected(ids_, filter);
    bitmap = std::move(selected.bits);
    candidates = selected.rows;
  }
  if (candidates == 0) return {};

  return guard_faiss("search the index", [&] {
    faiss::IDSelectorBitmap selector(bitmap.size(), bitmap.data());
    faiss::SearchParameters parameters;
    parameters.sel = filter ? &selector : nullptr;
    const std::size_t wanted = std::min(k, candidates);
    // FAISS keeps any of the rows that tie at the last place. One neighbour more than asked shows
    // such a tie; then all rows from that similarity up are fetched and cut in our own order.
    std::vector<Neighbor> neighbors = nearest(query, std::min(wanted + 1, candidates), &parameters);
    std::sort(neighbors.begin(), neighbors.end(), ranks_before);
    const float last = neighbors[wanted - 1].similarity;
    if (neighbors.size() > wanted && neighbors[wanted].similarity == last) {
      neighbors = all_from(query, last, &parameters);
      if (neighbors.size() <= wanted) {
        throw Error(ErrorCode::kInternal, "FAISS's k-NN and range search disagree");
      }
      std::sort(neighbors.begin(), neighbors.end(), ranks_before);
    }
    neighbors.resize(wanted);
    return neighbors;
  });
}

std::vector<Neighbor> FlatIndex::nearest(std::span<const float> query, std::size_t k,
                                         const faiss::SearchParameters* parameters) const {
  std::vector<float> similarities(k);
  std::vector<Row> found(k);
  rows_->search(1, query.data(), static_cast<Row>(k), similarities.data(), found.data(),
                parameters);
  std::vector<Neighbor> neighbors;
  neighbors.reserve(k);
  for (std::size_t i = 0; i < k; ++i) {
    if (found[i] < 0) throw Error(ErrorCode::kInternal, "FAISS returned too few neighbours");
    neighbors.push_back({ids_[static_cast<std::size_t>(found[i])], similarities[i]});
  }
  return neighbors;
}

std::vector<Neighbor> FlatIndex::all_from(std::span<const float> query, float similarity,
                                          const faiss::SearchParameters* parameters) const {
  faiss::RangeSearchResult result(1);
  // FAISS returns what is greater than the radius.
  const float radius = std::nextafter(similarity, -std::numeric_limits<float>::infinity());
  rows_->range_search(1, query.data(), radius, &result, parameters);
  std::vector<Neighbor> neighbors;
  neighbors.reserve(result.lims[1]);
  for (std::size_t i = 0; i < result.lims[1]; ++i) {
    neighbors.push_back({ids_[static_cast<std::size_t>(result.labels[i])], result.distances[i]});
  }
  return neighbors;
}

std::span<const float> FlatIndex::vector(ItemId id) const {
  const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (found == ids_.end() || *found != id) return {};
  return row(static_cast<std::size_t>(found - ids_.begin()));
}

std::span<const float> FlatIndex::row(std::size_t r) const {
  return {rows_->get_xb() + r * dimension_, dimension_};
}

std::unique_ptr<VectorIndex> make_flat_index(std::size_t dimension) {
  return guard_faiss("make an index", [&] { return std::make_unique<FlatIndex>(dimension); });
}

}  // namespace simdb
