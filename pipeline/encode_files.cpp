#include "pipeline/encode_files.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/parallel.h"

namespace simdb {
namespace {

constexpr std::size_t kFilesPerBatch = 64;
// Finished batches that may wait for the consumer, a worker: bounds the memory held by decoded
// images.
constexpr std::size_t kWaitingPerWorker = 4;
// Decoded pixels that a worker gathers before it encodes them and lets go of them: 64 pictures of a
// camera would take 5 GB.
constexpr std::size_t kPixelBytesAtOnce = 64UL << 20;

// Encodes the images of `batch` and lets go of their pixels; where one of them has no features,
// each on its own, so that only that one fails.
void encode_into(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
                 EncodedFiles& batch) {
  std::vector<Image> pixels;
  pixels.reserve(batch.images.size());
  for (SourceImage& source : batch.images) {
    pixels.push_back(std::move(source.image));
    source.image = {pixels.back().width, pixels.back().height, pixels.back().channels, {}};
  }
  try {
    batch.embeddings = encoder.encode(pixels);
  } catch (const Error&) {
    EncodedFiles good(encoder.dimension());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      try {
        good.embeddings.append(encoder.encode(std::span(pixels).subspan(i, 1)));
        good.images.push_back(std::move(batch.images[i]));
        good.indices.push_back(batch.indices[i]);
      } catch (const Error& e) {
        const std::filesystem::path& path = paths[batch.indices[i]];
        batch.failures.push_back({path, e.code(), "can't use " + path.string() + ": " + e.what()});
      }
    }
    batch.images = std::move(good.images);
    batch.indices = std::move(good.indices);
    batch.embeddings = std::move(good.embeddings);
  }
}

void append(EncodedFiles& run, EncodedFiles&& batch) {
  run.end = batch.end;
  run.indices.insert(run.indices.end(), batch.indices.begin(), batch.indices.end());
  std::move(batch.images.begin(), batch.images.end(), std::back_inserter(run.images));
  std::move(batch.failures.begin(), batch.failures.end(), std::back_inserter(run.failures));
  run.embeddings.append(batch.embeddings);
}

EncodedFiles process(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
                     const ImageLimits& limits, std::size_t begin, std::size_t end) {
  EncodedFiles done(encoder.dimension());
  EncodedFiles batch(encoder.dimension());
  std::size_t pixel_bytes = 0;
  for (std::size_t i = begin; i < end; ++i) {
    try {
      batch.images.push_back(load_image(paths[i], limits));
      batch.indices.push_back(i);
      pixel_bytes += batch.images.back().image.pixels.size();
    } catch (const Error& e) {
      batch.failures.push_back({paths[i], e.code(), e.what()});
    }
    batch.end = i + 1;
    if (pixel_bytes < kPixelBytesAtOnce && batch.end != end) continue;
    encode_into(encoder, paths, batch);
    append(done, std::move(batch));
    batch = EncodedFiles(encoder.dimension());
    pixel_bytes = 0;
  }
  return done;
}

// Workers take batches in order and finish them in any order; take() hands them on in order. If the
// system gives no thread at all, take() does the work.
class Pipeline {
 public:
  Pipeline(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
           const ImageLimits& limits)
      : encoder_(encoder),
        paths_(paths),
        limits_(limits),
        batches_((paths.size() + kFilesPerBatch - 1) / kFilesPerBatch) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t workers = std::min(cores, batches_);
    window_ = workers * kWaitingPerWorker;
    for (std::size_t i = 0; i < workers; ++i) {
      if (!start_thread(workers_, [this] { work(); })) break;
    }
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline() {
    {
      const std::scoped_lock lock(mutex_);
      stop_ = true;
    }
    room_.notify_all();
  }

  bool finished() const { return taken_ == batches_; }

  // Waits for the next batch and takes it with all that are ready behind it.
  EncodedFiles take() {
    if (workers_.empty()) return encode(taken_++);
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return failure_ || done_.contains(taken_); });
    if (failure_) std::rethrow_exception(failure_);
    EncodedFiles run(encoder_.dimension());
    for (auto next = done_.find(taken_); next != done_.end(); next = done_.find(taken_)) {
      append(run, std::move(next->second));
      done_.erase(next);
      ++taken_;
    }
    room_.notify_all();
    return run;
  }

 private:
  EncodedFiles encode(std::size_t batch) const {
    const std::size_t begin = batch * kFilesPerBatch;
    return process(encoder_, paths_, limits_, begin,
                   std::min(begin + kFilesPerBatch, paths_.size()));
  }

  void work() {
    try {
      while (true) {
        std::size_t batch = 0;
        {
          std::unique_lock lock(mutex_);
          room_.wait(lock, [&] { return stop_ || next_ < taken_ + window_ || next_ == batches_; });
          if (stop_ || next_ == batches_) return;
          batch = next_++;
        }
        EncodedFiles files = encode(batch);
        const std::scoped_lock lock(mutex_);
        done_.emplace(batch, std::move(files));
        ready_.notify_one();
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      failure_ = std::current_exception();
      ready_.notify_one();
    }
  }

  const ImageEncoder& encoder_;
  std::span<const std::filesystem::path> paths_;
  ImageLimits limits_;
  std::size_t batches_;
  std::size_t window_ = 0;

  std::mutex mutex_;  // guards everything below but the threads
  std::condition_variable ready_;
  std::condition_variable room_;
  std::map<std::size_t, EncodedFiles> done_;
  std::exception_ptr failure_;
  std::size_t next_ = 0;
  std::size_t taken_ = 0;
  bool stop_ = false;

  std::vector<std::jthread> workers_;  // last: joined before anything that they use is gone
};

}  // namespace

void encode_files(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
                  const std::function<bool(EncodedFiles&)>& consume, const ImageLimits& limits) {
  if (paths.size() <=
      kFilesPerBatch) {  // no threads for a handful: a cold query is over before they start
    EncodedFiles run = process(encoder, paths, limits, 0, paths.size());
    consume(run);
    return;
  }
  Pipeline pipeline(encoder, paths, limits);
  while (!pipeline.finished()) {
    EncodedFiles run = pipeline.take();
    if (!consume(run)) return;
  }
}

}  // namespace simdb
