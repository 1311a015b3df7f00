#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "benchmarks/knn_methods.h"

// FAISS's flat index multiplies matrices with OpenBLAS in batches, which keeps threads of its own.
// Another BLAS has no such function, and then none is called.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int threads);

namespace simdb::bench {
namespace {

using faiss::Index;
using Label = decltype(Index::ntotal);

void set_threads(int threads) {
  omp_set_num_threads(threads);
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(threads);
}

FoundRows rows_of(std::span<const Label> labels) {
  FoundRows rows;
  rows.reserve(labels.size());
  for (const Label label : labels) {
    if (label >= 0) rows.push_back(static_cast<RowNumber>(label));  // -1: found too few
  }
  return rows;
}

class FaissMethod : public KnnMethod {
 public:
  void build(const EmbeddingBatch& rows, int threads) override {
    set_threads(threads);
    const auto count = static_cast<Label>(rows.rows());
    if (!index().is_trained) index().train(count, rows.values().data());
    index().add(count, rows.values().data());
    set_threads(1);
  }

  FoundRows search(std::span<const float> query, std::size_t k) const override {
    std::vector<float> similarities(k);
    std::vector<Label> labels(k);
    index().search(1, query.data(), static_cast<Label>(k), similarities.data(), labels.data());
    return rows_of(labels);
  }

  // FAISS's own threads take turns with OpenBLAS's, and each kind waits for the other: two threads
  // were slower than one. A slice of the queries for every thread has no such waits.
  std::vector<FoundRows> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                      int threads) const override {
    const auto slices = static_cast<std::size_t>(threads);
    std::vector<FoundRows> found(queries.rows());
    parallel_for(slices, threads, [&](std::size_t slice) {
      omp_set_num_threads(1);  // holds for the calling thread
      const std::size_t first = queries.rows() * slice / slices;
      const std::size_t count = queries.rows() * (slice + 1) / slices - first;
      if (count == 0) return;
      std::vector<float> similarities(count * k);
      std::vector<Label> labels(count * k);
      index().search(static_cast<Label>(count), queries.row(first).data(), static_cast<Label>(k),
                     similarities.data(), labels.data());
      for (std::size_t q = 0; q < count; ++q) {
        found[first + q] = rows_of(std::span(labels).subspan(q * k, k));
      }
    });
    return found;
  }

 private:
  virtual const Index& index() const = 0;
  Index& index() { return const_cast<Index&>(std::as_const(*this).index()); }
};

class FaissFlat final : public FaissMethod {
 public:
  explicit FaissFlat(std::size_t dimension) : index_(static_cast<Label>(dimension)) {}

  std::vector<KnnSetting> settings() const override { return {{"FAISS IndexFlatIP", ""}}; }
  void use(std::size_t /*setting*/) override {}

 private:
  const Index& index() const override { return index_; }

  faiss::IndexFlatIP index_;
};

// About 4 sqrt(rows) lists, a power of 2: 4,096 for a million rows.
std::size_t ivf_lists(std::size_t rows) {
  const double exponent = std::log2(4 * std::sqrt(static_cast<double>(rows)));
  // k-means wants 39 rows a centroid, and FAISS warns below.
  const std::size_t most = std::bit_floor(std::max<std::size_t>(rows / 39, 1));
  return std::min(std::size_t{1} << std::lround(exponent), most);
}

class FaissIvf final : public FaissMethod {
 public:
  FaissIvf(std::size_t rows, std::size_t dimension)
      : centroids_(static_cast<Label>(dimension)),
        index_(&centroids_, dimension, ivf_lists(rows), faiss::METRIC_INNER_PRODUCT) {
    for (const std::size_t probes : {1, 4, 8, 16, 32}) {
      if (probes <= index_.nlist) probes_.push_back(probes);
    }
  }

  std::vector<KnnSetting> settings() const override {
    std::vector<KnnSetting> settings;
    for (const std::size_t probes : probes_) {
      settings.push_back({"FAISS IVFFlat", "nlist=" + std::to_string(index_.nlist) +
                                               " nprobe=" + std::to_string(probes)});
    }
    return settings;
  }
  void use(std::size_t setting) override { index_.nprobe = probes_[setting]; }

 private:
  const Index& index() const override { return index_; }

  faiss::IndexFlatIP centroids_;
  faiss::IndexIVFFlat index_;
  std::vector<std::size_t> probes_;
};

class FaissHnsw final : public FaissMethod {
 public:
  explicit FaissHnsw(std::size_t dimension)
      : index_(static_cast<int>(dimension), kLinks, faiss::METRIC_INNER_PRODUCT) {
    index_.hnsw.efConstruction = kBuildEffort;
  }

  std::vector<KnnSetting> settings() const override {
    std::vector<KnnSetting> settings;
    for (const int effort : kEfforts) {
      settings.push_back({"FAISS HNSW", "M=" + std::to_string(kLinks) +
                                            " efConstruction=" + std::to_string(kBuildEffort) +
                                            " ef=" + std::to_string(effort)});
    }
    return settings;
  }
  void use(std::size_t setting) override { index_.hnsw.efSearch = kEfforts[setting]; }

 private:
  static constexpr int kLinks = 16;
  static constexpr int kBuildEffort = 100;
  static constexpr int kEfforts[] = {32, 64, 128};

  const Index& index() const override { return index_; }

  faiss::IndexHNSWFlat index_;
};

}  // namespace

std::vector<KnnMethodEntry> faiss_methods() {
  return {
      {"faiss-flat",
       [](std::size_t, std::size_t dimension) { return std::make_unique<FaissFlat>(dimension); },
       ""},
      {"faiss-ivf",
       [](std::size_t rows, std::size_t dimension) {
         return std::make_unique<FaissIvf>(rows, dimension);
       },
       ""},
      {"faiss-hnsw",
       [](std::size_t, std::size_t dimension) { return std::make_unique<FaissHnsw>(dimension); },
       ""},
  };
}

}  // namespace simdb::bench
