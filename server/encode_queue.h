#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "server/worker_pool.h"
#include "simdb/embedding.h"
#include "simdb/image_encoder.h"

namespace simdb::server {

/// Encodes the images of several requests together: what comes while others are being encoded waits
/// and makes the next batch. Thread-safe.
class EncodeQueue {
 public:
  /// Gets the embedding, or, where that is null, what encode() threw.
  using Done = std::function<void(const Embedding*, const std::exception_ptr&)>;

  /// `encoder` is asked for when it is first needed. Nothing may wait in `workers` any more when
  /// this is destroyed: destroy them first.
  EncodeQueue(std::function<const ImageEncoder&()> encoder, WorkerPool& workers);

  /// Calls `done`, which must not throw, on a thread of the pool.
  void encode(Image image, Done done);

 private:
  struct Waiting {
    Image image;
    Done done;
  };
  void run_batch();

  const std::function<const ImageEncoder&()> encoder_;
  WorkerPool& workers_;
  std::mutex mutex_;
  std::vector<Waiting> waiting_;
  std::size_t running_ = 0;
};

}  // namespace simdb::server
