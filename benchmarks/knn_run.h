#pragma once

#include <cstddef>
#include <vector>

#include "benchmarks/knn_data.h"
#include "benchmarks/knn_methods.h"

// Builds all methods over the same rows and asks all of them the same queries.
namespace simdb::bench {

/// What was measured of one setting of one method.
struct KnnResult {
  KnnSetting setting;
  double recall = 0;            ///< of single queries, see Quality
  double exact_lists = 0;       ///< of single queries
  double latency_us = 0;        ///< median of single queries on one thread
  double mean_us = 0;           ///< their mean
  double p99_us = 0;            ///< 99 % of them took no longer
  double batch_recall = 0;      ///< of the batch of all queries
  double batch_us = 0;          ///< a query, in a batch of all queries on all threads
  double build_s = 0;           ///< shared by all settings of a method
  double bytes_per_vector = 0;  ///< what the built index holds, a row: heap and mappings
};

struct RunOptions {
  std::size_t k = 10;
  int threads = 1;
  int rounds = 3;
};

/// Builds every method, then asks in `rounds` rounds, each of which visits every setting, so that
/// noise hits all alike. A query's time is the median of its rounds. Says on stderr what it does.
std::vector<KnnResult> run_methods(const KnnData& data, const std::vector<KnnMethodEntry>& entries,
                                   const RunOptions& options);

}  // namespace simdb::bench
