#pragma once

#include <functional>
#include <string>
#include <vector>

#include "benchmarks/knn_data.h"

namespace simdb::bench {

/// Another server of nearest neighbours, filled with the same rows.
struct ServerPeer {
  std::string name;  ///< with its setting, the fastest whose recall at 10 is 0.999 or more
  double recall = 0;
  /// Queries per second that 32 connections get out of it in so many seconds.
  std::function<double(double)> per_second;
};

/// hnswlib behind a plain Beast server, and pgvector behind PostgreSQL by libpq: those that are
/// here. Says on stderr which are not, and which don't reach the recall. `data` must outlive them.
std::vector<ServerPeer> server_peers(const KnnData& data);

/// {"vector":[...]}
std::string vector_json(std::span<const float> values);

}  // namespace simdb::bench
