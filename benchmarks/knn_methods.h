#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simdb/embedding.h"

// What knn_bench compares: one small interface, and a file of methods for every library.
namespace simdb::bench {

/// A row of the data, counted from 0: what every method answers with.
using RowNumber = std::uint32_t;

/// Row numbers, nearest first.
using FoundRows = std::vector<RowNumber>;

/// One line of the result: the same built index, searched in one way.
struct KnnSetting {
  std::string method;      ///< "hnswlib"
  std::string parameters;  ///< "M=16 efConstruction=100 ef=64"; empty where there is nothing to set
};

/// Runs `work(i)` for every i < count on `threads` threads, in small runs of neighbouring numbers.
/// Throws what `work` throws first.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

/// An index under test. Thread-compatible; only `search` is called from several threads at once.
class KnnMethod {
 public:
  virtual ~KnnMethod() = default;

  /// Takes in all rows, once, on at most `threads` threads.
  virtual void build(const EmbeddingBatch& rows, int threads) = 0;

  /// The ways to search; at least one. Known before build().
  virtual std::vector<KnnSetting> settings() const = 0;

  /// Makes the next searches use `settings()[setting]`.
  virtual void use(std::size_t setting) = 0;

  /// The `k` nearest rows (all, if there are fewer), on the calling thread alone.
  virtual FoundRows search(std::span<const float> query, std::size_t k) const = 0;

  /// Answers all queries on `threads` threads. Here: one query at a time per thread, for libraries
  /// that have no batches of their own.
  virtual std::vector<FoundRows> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                              int threads) const;

  /// Bytes that the built index holds outside the heap, in mappings of its own. What the heap
  /// grew by during build() is measured and added.
  virtual std::size_t mapped_bytes() const { return 0; }
};

/// A method that can be asked for with --methods.
struct KnnMethodEntry {
  std::string key;  ///< "hnswlib"
  /// Makes one for a data set of `rows` rows of `dimension` floats; empty if this build has none.
  std::function<std::unique_ptr<KnnMethod>(std::size_t rows, std::size_t dimension)> make;
  std::string missing;  ///< why `make` is empty, and the remedy
};

std::vector<KnnMethodEntry> simdb_methods();
std::vector<KnnMethodEntry> faiss_methods();
std::vector<KnnMethodEntry> hnswlib_methods();
std::vector<KnnMethodEntry> usearch_methods();
/// A PostgreSQL server, which SIMDB_BENCH_PGVECTOR names as libpq's connection strings do.
std::vector<KnnMethodEntry> pgvector_methods();

}  // namespace simdb::bench
