#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "postgres/connection_internal.h"
#include "simdb/embedding.h"

namespace simdb::postgres {

/// Guesses from a sample of the items how near the nearest ones are, so that the server need sort
/// only what is nearer. A guess that is wrong costs time alone. Thread-safe.
class NearnessGuess {
 public:
  explicit NearnessGuess(std::size_t dimension) : dimension_(dimension) {}

  /// A similarity that, most likely, at least `wanted` of all items reach, but few of them. Nothing
  /// in a gallery of so few items that sorting all takes no time.
  std::optional<float> similarity_of(Connection& connection, std::span<const float> query,
                                     std::size_t wanted);

 private:
  struct Sample {
    EmbeddingBatch embeddings;
    std::uint64_t items = 0;  ///< of the gallery
  };
  std::shared_ptr<const Sample> sample(Connection& connection);

  const std::size_t dimension_;
  std::mutex mutex_;
  std::shared_ptr<const Sample> sample_;
  std::chrono::steady_clock::time_point outdated_;
};

}  // namespace simdb::postgres
