#include "cli/encode_files.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <ostream>
#include <thread>
#include <utility>

#include "cli/render.h"
#include "encoder/image_codec.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kFilesPerBatch = 64;
// Finished batches that may wait for the consumer, a worker: bounds the memory held by decoded
// images.
constexpr std::size_t kWaitingPerWorker = 4;

// Encodes the images of `batch`; where one of them has no features, each on its own, so that only
// that one fails.
void encode_into(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
                 EncodedFiles& batch) {
  std::vector<Image> pixels;
  pixels.reserve(batch.images.size());
  for (SourceImage& source : batch.images) pixels.push_back(std::move(source.image));
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
        pixels[i] = {};
      }
    }
    std::erase_if(pixels, [](const Image& image) { return image.pixels.empty(); });
    batch.images = std::move(good.images);
    batch.indices = std::move(good.indices);
    batch.embeddings = std::move(good.embeddings);
  }
  for (std::size_t i = 0; i < pixels.size(); ++i) batch.images[i].image = std::move(pixels[i]);
}

EncodedFiles process(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
                     std::size_t begin, std::size_t end) {
  EncodedFiles batch(encoder.dimension());
  batch.end = end;
  for (std::size_t i = begin; i < end; ++i) {
    try {
      batch.images.push_back(load_image(paths[i]));
      batch.indices.push_back(i);
    } catch (const Error& e) {
      batch.failures.push_back({paths[i], e.code(), e.what()});
    }
  }
  encode_into(encoder, paths, batch);
  return batch;
}

void append(EncodedFiles& run, EncodedFiles&& batch) {
  run.end = batch.end;
  run.indices.insert(run.indices.end(), batch.indices.begin(), batch.indices.end());
  std::move(batch.images.begin(), batch.images.end(), std::back_inserter(run.images));
  std::move(batch.failures.begin(), batch.failures.end(), std::back_inserter(run.failures));
  run.embeddings.append(batch.embeddings);
}

// Workers take batches in order and finish them in any order; take() hands them on in order.
class Pipeline {
 public:
  Pipeline(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths)
      : encoder_(encoder),
        paths_(paths),
        batches_((paths.size() + kFilesPerBatch - 1) / kFilesPerBatch) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t workers = std::min(cores, batches_);
    window_ = workers * kWaitingPerWorker;
    for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
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
        const std::size_t begin = batch * kFilesPerBatch;
        EncodedFiles files =
            process(encoder_, paths_, begin, std::min(begin + kFilesPerBatch, paths_.size()));
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
                  const std::function<bool(EncodedFiles&)>& consume) {
  if (paths.size() <=
      kFilesPerBatch) {  // no threads for a handful: a cold query is over before they start
    EncodedFiles run = process(encoder, paths, 0, paths.size());
    consume(run);
    return;
  }
  Pipeline pipeline(encoder, paths);
  while (!pipeline.finished()) {
    EncodedFiles run = pipeline.take();
    if (!consume(run)) return;
  }
}

void print_failures(std::ostream& err, std::span<const FileFailure> failures) {
  for (const FileFailure& failure : failures)
    err << "simdb: " << printable(failure.message) << '\n';
}

int exit_code(std::span<const FileFailure> failures, std::size_t total) {
  if (failures.empty()) return 0;
  return static_cast<int>(total == 1 ? failures.front().code : ErrorCode::kBadInput);
}

}  // namespace simdb::cli
