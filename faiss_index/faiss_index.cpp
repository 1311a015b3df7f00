#include "simdb/faiss_index.h"

#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/FaissAssert.h>
#include <faiss/impl/IDSelector.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/parallel.h"
#include "index/vector_index.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Runs `call`; what simdb throws is FAISS's exception afterwards.
template <typename Call>
decltype(auto) guarded(Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const Error& error) {
    FAISS_THROW_MSG(error.what());
  }
}

std::size_t count_of(FaissIndex::Label n) { return static_cast<std::size_t>(n); }

}  // namespace

struct FaissIndex::Query {
  Embedding direction;
  double length;
};

FaissIndex::FaissIndex(Label dimension, faiss::MetricType metric)
    : faiss::Index(dimension, metric),
      index_(guarded([&] { return make_index(count_of(dimension)); })) {
  FAISS_THROW_IF_NOT_MSG(metric == faiss::METRIC_INNER_PRODUCT || metric == faiss::METRIC_L2,
                         "simdb::FaissIndex knows METRIC_INNER_PRODUCT and METRIC_L2 only");
}

FaissIndex::~FaissIndex() = default;

void FaissIndex::add(Label n, const float* x) {
  EmbeddingBatch rows(index_->dimension());
  rows.reserve(count_of(n));
  std::vector<ItemId> ids;
  for (std::size_t i = 0; i < count_of(n); ++i) {
    try {
      rows.append_unit({x + i * index_->dimension(), index_->dimension()});
    } catch (const Error&) {
      FAISS_THROW_MSG(
          fmt::format("row {} of those to be added has not length 1; call "
                      "faiss::fvec_renorm_L2 before",
                      i));
    }
    ids.push_back(ItemId{next_id_ + i});
  }
  ids_.reserve(ids_.size() + ids.size());
  guarded([&] { index_->add(ids, rows); });
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  next_id_ += ids.size();
  ntotal = static_cast<Label>(ids_.size());
}

FaissIndex::Query FaissIndex::query_of(const float* x) const {
  const std::span<const float> values(x, index_->dimension());
  return {Embedding::normalized(values), std::sqrt(squared_length(values))};
}

IdFilter FaissIndex::filter_of(const faiss::SearchParameters* params) const {
  if (params == nullptr || params->sel == nullptr) return {};
  std::vector<ItemId> chosen;
  for (std::size_t label = 0; label < ids_.size(); ++label) {
    if (params->sel->is_member(static_cast<Label>(label))) chosen.push_back(ids_[label]);
  }
  return chosen;
}

FaissIndex::Label FaissIndex::label_of(ItemId id) const {
  return std::ranges::lower_bound(ids_, id) - ids_.begin();
}

float FaissIndex::distance_of(const Query& query, float similarity) const {
  const double product = query.length * static_cast<double>(similarity);
  if (metric_type == faiss::METRIC_INNER_PRODUCT) return static_cast<float>(product);
  return static_cast<float>(std::max(0.0, query.length * query.length + 1 - 2 * product));
}

void FaissIndex::search(Label n, const float* x, Label k, float* distances, Label* labels,
                        const faiss::SearchParameters* params) const {
  FAISS_THROW_IF_NOT_MSG(k > 0, "k must be at least 1");
  const bool is_product = metric_type == faiss::METRIC_INNER_PRODUCT;
  const float none = is_product ? std::numeric_limits<float>::lowest()
                                : std::numeric_limits<float>::max();  // as FAISS has it
  guarded([&] {
    std::vector<Query> queries;
    queries.reserve(count_of(n));
    EmbeddingBatch directions(index_->dimension());
    directions.reserve(count_of(n));
    for (std::size_t i = 0; i < count_of(n); ++i) {
      queries.push_back(query_of(x + i * index_->dimension()));
      directions.append(queries.back().direction);
    }
    const auto found =
        index_->search_batch(directions, count_of(k), core_count(), filter_of(params));
    for (std::size_t i = 0; i < queries.size(); ++i) {
      float* distance = distances + i * count_of(k);
      Label* label = labels + i * count_of(k);
      for (const Neighbor& hit : found[i]) {
        *distance++ = distance_of(queries[i], hit.similarity);
        *label++ = label_of(hit.id);
      }
      std::fill(distance, distances + (i + 1) * count_of(k), none);
      std::fill(label, labels + (i + 1) * count_of(k), Label{-1});
    }
  });
}

void FaissIndex::range_search(Label n, const float* x, float radius,
                              faiss::RangeSearchResult* result,
                              const faiss::SearchParameters* params) const {
  const bool is_product = metric_type == faiss::METRIC_INNER_PRODUCT;
  struct Hit {
    Label label;
    float distance;
  };
  std::vector<std::vector<Hit>> found(count_of(n));
  guarded([&] {
    const IdFilter filter = filter_of(params);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Query query = query_of(x + i * index_->dimension());
      const double length = query.length;
      const double least =
          is_product ? radius / length : (length * length + 1 - double{radius}) / (2 * length);
      if (!(least <= 1 + 1e-6)) continue;
      // A little more than what is asked for; the distance decides.
      const auto bound = static_cast<float>(std::max(-1.0, least - 1e-5));
      for (const Neighbor& hit : index_->range_search(query.direction.values(), bound, filter)) {
        const float distance = distance_of(query, hit.similarity);
        if (is_product ? distance <= radius : distance >= radius) continue;
        found[i].push_back({label_of(hit.id), distance});
      }
      std::ranges::sort(found[i], {}, &Hit::label);
    }
  });
  for (std::size_t i = 0; i < found.size(); ++i) result->lims[i] = found[i].size();
  result->do_allocation();  // turns the sizes into where each begins
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::size_t place = result->lims[i];
    for (const Hit& hit : found[i]) {
      result->labels[place] = hit.label;
      result->distances[place++] = hit.distance;
    }
  }
}

void FaissIndex::reset() {
  index_ = guarded([&] { return make_index(index_->dimension()); });
  ids_.clear();
  next_id_ = 1;
  ntotal = 0;
}

std::size_t FaissIndex::remove_ids(const faiss::IDSelector& selector) {
  std::vector<ItemId> gone;
  std::vector<ItemId> kept;
  for (std::size_t label = 0; label < ids_.size(); ++label) {
    (selector.is_member(static_cast<Label>(label)) ? gone : kept).push_back(ids_[label]);
  }
  guarded([&] { index_->remove(gone); });
  ids_ = std::move(kept);
  ntotal = static_cast<Label>(ids_.size());
  return gone.size();
}

void FaissIndex::reconstruct(Label key, float* row) const {
  FAISS_THROW_IF_NOT_FMT(key >= 0 && key < ntotal, "there is no row %lld",
                         static_cast<long long>(key));
  const std::vector<float> values = guarded([&] { return index_->vector(ids_[count_of(key)]); });
  std::ranges::copy(values, row);
}

void FaissIndex::reconstruct_n(Label first, Label n, float* rows) const {
  for (Label i = 0; i < n; ++i) reconstruct(first + i, rows + count_of(i) * index_->dimension());
}

std::size_t FaissIndex::memory_bytes() const noexcept {
  return index_->memory_bytes() + ids_.capacity() * sizeof(ItemId);
}

}  // namespace simdb
