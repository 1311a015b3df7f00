#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/bench_support.h"

namespace simdb::bench {

struct LoadOptions {
  std::uint16_t port = 0;  ///< on 127.0.0.1
  std::size_t connections = 32;
  double seconds = 5;
  double rate = 0;  ///< requests per second, sent in step with the clock; 0: as many as it takes
};

struct LoadResult {
  double per_second = 0;
  double median_us = 0;  ///< from when a request was due to its whole answer
  double p99_us = 0;
  std::string last_body;
};

/// Sends `requests`, whole messages, in turn over keep-alive connections, one at a time on each, by
/// one thread. Throws Error(kIo) if an answer is not of class 2xx or the server goes away.
LoadResult load(const std::vector<std::string>& requests, const LoadOptions& options);

/// A POST with a body.
std::string post(const std::string& target, const std::string& type, const std::string& token,
                 const std::string& body, std::uint16_t port);

}  // namespace simdb::bench
