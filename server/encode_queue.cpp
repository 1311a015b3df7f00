#include "server/encode_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::size_t kMostAtOnce = 64;

}  // namespace

EncodeQueue::EncodeQueue(std::function<const ImageEncoder&()> encoder, WorkerPool& workers)
    : encoder_(std::move(encoder)), workers_(workers) {}

void EncodeQueue::encode(Image image, Done done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(image), std::move(done)});
    if (running_ == workers_.threads()) return;  // one of them takes it
    ++running_;
  }
  workers_.go_on([this] { run_batch(); });
}

void EncodeQueue::run_batch() {
  std::vector<Waiting> batch;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t size = std::min(waiting_.size(), kMostAtOnce);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
    batch.assign(std::move_iterator(waiting_.begin()), std::move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    if (batch.empty()) {
      --running_;
      return;
    }
  }
  std::vector<Image> images;
  images.reserve(batch.size());
  for (Waiting& entry : batch) images.push_back(std::move(entry.image));
  const auto give = [&](std::size_t i, std::span<const Image> some) {
    try {
      const EmbeddingBatch embeddings = encoder_().encode(some);
      for (std::size_t j = 0; j < some.size(); ++j) {
        const Embedding embedding = embeddings.at(j);
        batch[i + j].done(&embedding, nullptr);
      }
    } catch (...) {
      if (some.size() > 1) return false;  // an image without features fails alone
      batch[i].done(nullptr, std::current_exception());
    }
    return true;
  };
  if (!give(0, images)) {
    for (std::size_t i = 0; i < images.size(); ++i) give(i, std::span(images).subspan(i, 1));
  }
  workers_.go_on([this] { run_batch(); });
}

}  // namespace simdb::server
