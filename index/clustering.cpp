#include <faiss/Clustering.h>
#include <faiss/Index.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/parallel.h"
#include "index/centroids_internal.h"
#include "index/clustering_internal.h"
#include "index/faiss_guard_internal.h"
#include "simdb/embedding.h"

// Declared here, since the header belongs to the compiler: clang's tools don't find GCC's.
extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int threads);
}

namespace simdb {
namespace {

// Measured on 1,000,000 clustered and uniform rows: more rows or rounds take longer and make
// searches no faster.
constexpr int kRounds = 8;
constexpr int kSamplesPerCentroid = 64;
constexpr std::size_t kRowsAtOnce = 1024;

using FaissId = decltype(faiss::Index::ntotal);

std::vector<std::uint32_t> nearest_of(const Centroids& centroids, const float* values,
                                      std::size_t rows, std::size_t threads) {
  std::vector<std::uint32_t> nearest(rows);
  parallel_for(rows, kRowsAtOnce, threads, [&](std::size_t first, std::size_t last) {
    centroids.nearest(best_kernels(), values + first * centroids.dimension(), last - first,
                      nearest.data() + first);
  });
  return nearest;
}

Centroids in_blocks(const float* values, std::size_t count, std::size_t dimension) {
  Centroids centroids(dimension);
  for (std::size_t i = 0; i < count; ++i) {
    centroids.append({values + i * dimension, dimension}, 0);
  }
  return centroids;
}

// What FAISS's k-means asks for the nearest centroid: our kernels do, on our threads.
class KernelAssigner final : public faiss::Index {
 public:
  KernelAssigner(std::size_t dimension, std::size_t threads)
      : faiss::Index(static_cast<FaissId>(dimension), faiss::METRIC_INNER_PRODUCT),
        centroids_(dimension),
        threads_(threads) {}

  void add(FaissId n, const float* x) override {
    centroids_ = in_blocks(x, static_cast<std::size_t>(n), static_cast<std::size_t>(d));
    ntotal = n;
  }
  void reset() override { ntotal = 0; }
  void search(FaissId n, const float* x, FaissId /*k*/, float* distances, FaissId* labels,
              const faiss::SearchParameters* /*parameters*/) const override {
    const auto nearest = nearest_of(centroids_, x, static_cast<std::size_t>(n), threads_);
    std::copy(nearest.begin(), nearest.end(), labels);
    std::fill_n(distances, n, 0.0F);  // only reported, and nobody reads it
  }

 private:
  Centroids centroids_;
  std::size_t threads_;
};

// Keeps FAISS on the calling thread. What it does beside our assigner is little, and OpenMP's
// threads spin while they wait: on a busy machine that made k-means ten times as long.
class OneFaissThread {
 public:
  OneFaissThread() { omp_set_num_threads(1); }
  ~OneFaissThread() { omp_set_num_threads(before_); }
  OneFaissThread(const OneFaissThread&) = delete;
  OneFaissThread& operator=(const OneFaissThread&) = delete;

 private:
  int before_ = omp_get_max_threads();  // of the calling thread
};

// FAISS leaves centroids as long as they are where every row is one, and zero where the rows of a
// cluster cancel out. Searches take scores of centroids for cosines.
void make_unit(float* centroid, std::size_t dimension) {
  const double squared = squared_length({centroid, dimension});
  if (!(squared > 0)) {  // any direction is as good
    std::fill_n(centroid, dimension, 0.0F);
    centroid[0] = 1;
    return;
  }
  const double length = std::sqrt(squared);
  for (std::size_t d = 0; d < dimension; ++d) {
    centroid[d] = static_cast<float>(centroid[d] / length);
  }
}

}  // namespace

std::vector<float> cluster(const float* values, std::size_t rows, std::size_t dimension,
                           std::size_t count, std::size_t threads) {
  return guard_faiss("cluster embeddings", [&] {
    faiss::ClusteringParameters parameters;
    parameters.spherical = true;
    parameters.niter = kRounds;
    parameters.min_points_per_centroid = 1;  // no warning on stderr
    parameters.max_points_per_centroid = kSamplesPerCentroid;
    faiss::Clustering clustering(static_cast<int>(dimension), static_cast<int>(count), parameters);
    KernelAssigner assigner(dimension, threads);
    const OneFaissThread one_thread;
    clustering.train(static_cast<FaissId>(rows), values, assigner);
    std::vector<float> centroids = std::move(clustering.centroids);
    for (std::size_t c = 0; c < count; ++c) make_unit(&centroids[c * dimension], dimension);
    return centroids;
  });
}

std::vector<std::uint32_t> assign(const float* values, std::size_t rows, std::size_t dimension,
                                  const std::vector<float>& centroids, std::size_t threads) {
  return nearest_of(in_blocks(centroids.data(), centroids.size() / dimension, dimension), values,
                    rows, threads);
}

}  // namespace simdb
