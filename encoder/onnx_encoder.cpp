#include "encoder/onnx_encoder.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include "core/digest.h"
#include "core/error.h"
#include "core/file_io.h"
#include "encoder/opencv_internal.h"

namespace simdb {
namespace {

constexpr std::uint64_t kMaxModelBytes = 256u << 20;

// Images a forward pass: enough to keep the cores busy, few enough that the activations stay in the
// cache.
constexpr std::size_t kBatch = 32;

// OpenCV reports a net that it can't build both by an exception and on stderr, where a library has
// nothing to say. Its log level is the process's, so the first of several threads silences it and
// the last one restores it; no lock is held in between.
class QuietOpenCv {
 public:
  QuietOpenCv() {
    const std::scoped_lock lock(shared().mutex);
    if (shared().users++ == 0) {
      shared().level = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    }
  }
  QuietOpenCv(const QuietOpenCv&) = delete;
  QuietOpenCv& operator=(const QuietOpenCv&) = delete;
  ~QuietOpenCv() {
    const std::scoped_lock lock(shared().mutex);
    if (--shared().users == 0) cv::utils::logging::setLogLevel(shared().level);
  }

 private:
  struct Shared {
    std::mutex mutex;
    int users = 0;
    cv::utils::logging::LogLevel level{};
  };
  static Shared& shared() {
    static Shared instance;
    return instance;
  }
};

}  // namespace

// A cv::dnn::Net holds activations and serves one thread at a time; concurrent calls borrow lanes
// from a pool that grows with the number of threads that were ever busy at once.
struct OnnxEncoder::State {
  // A net and the input that it is fed from, kept because large blocks fresh from the system cost
  // page faults.
  struct Lane {
    cv::dnn::Net net;
    std::vector<float> planes;
  };

  ModelHeader header;
  std::string fingerprint;
  std::vector<std::byte> model;
  std::mutex mutex;
  std::vector<std::unique_ptr<Lane>> idle;

  std::unique_ptr<Lane> make_lane() const {
    const QuietOpenCv quiet;
    auto lane = std::make_unique<Lane>();
    lane->net = cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(model.data()), model.size());
    lane->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    lane->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    return lane;
  }

  std::unique_ptr<Lane> borrow() {
    {
      const std::scoped_lock lock(mutex);
      if (!idle.empty()) {
        auto lane = std::move(idle.back());
        idle.pop_back();
        return lane;
      }
    }
    return make_lane();
  }

  void give_back(std::unique_ptr<Lane> lane) {
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(lane));
  }

  // Finds out at once, not at the first image, what OpenCV can't run. Two images, because a batch
  // of one hides a batch dimension that is not free.
  void try_out() {
    auto lane = borrow();
    lane->planes.assign(2 * header.input.values(), 0.0F);
    std::vector<float> features(2 * header.dimension);
    forward(lane->net, lane->planes.data(), 2, features.data());
    give_back(std::move(lane));
  }

  // `planes` holds `rows` preprocessed images; writes rows x dimension floats to `features`.
  void forward(cv::dnn::Net& net, float* planes, std::size_t rows, float* features) const {
    const int shape[] = {static_cast<int>(rows), header.input.channels, header.input.height,
                         header.input.width};
    net.setInput(cv::Mat(4, shape, CV_32F, planes));
    const cv::Mat output = net.forward();
    if (!output.isContinuous() || output.type() != CV_32F ||
        output.total() != rows * header.dimension) {
      throw Error(ErrorCode::kBadInput,
                  "the model's output does not have the shape that it announces");
    }
    std::copy_n(output.ptr<float>(), output.total(), features);
  }

  // Calls fill(first, rows, planes) for each batch, on all cores, and collects the features of
  // `rows` images.
  template <typename Fill>
  EmbeddingBatch run(std::size_t rows, const Fill& fill) {
    std::vector<float> features(rows * header.dimension);
    std::exception_ptr failure;
    const auto batches = static_cast<int>((rows + kBatch - 1) / kBatch);
    const auto run_batches = [&](const cv::Range& range) {
      try {
        auto lane = borrow();
        for (int batch = range.start; batch < range.end; ++batch) {
          const std::size_t first = static_cast<std::size_t>(batch) * kBatch;
          const std::size_t count = std::min(kBatch, rows - first);
          lane->planes.resize(count * header.input.values());
          fill(first, count, std::span(lane->planes));
          forward(lane->net, lane->planes.data(), count,
                  features.data() + first * header.dimension);
        }
        give_back(std::move(lane));
      } catch (...) {
        const std::scoped_lock lock(mutex);
        failure = std::current_exception();
      }
    };
    // OpenCV runs parallel regions inside another one serially, so each of many batches stays on
    // its core. A single batch is left to the parallel regions of the layers.
    if (batches > 1) {
      cv::parallel_for_(cv::Range(0, batches), run_batches, batches);
    } else if (batches == 1) {
      run_batches(cv::Range(0, 1));
    }
    if (failure) std::rethrow_exception(failure);
    return to_embeddings(features);
  }

  EmbeddingBatch to_embeddings(std::span<const float> features) const {
    EmbeddingBatch embeddings(header.dimension);
    embeddings.reserve(features.size() / header.dimension);
    for (std::size_t at = 0; at < features.size(); at += header.dimension) {
      try {
        embeddings.append_normalized(features.subspan(at, header.dimension));
      } catch (const Error&) {
        throw Error(ErrorCode::kBadInput, "image " + std::to_string(at / header.dimension + 1) +
                                              ": the encoder finds no features in it");
      }
    }
    return embeddings;
  }
};

OnnxEncoder::OnnxEncoder(std::span<const std::byte> model, const std::string& name)
    : state_(std::make_unique<State>()) {
  state_->header = read_onnx_header(model, name);
  state_->fingerprint = to_hex(sha256(model));
  state_->model.assign(model.begin(), model.end());
  guard_opencv(ErrorCode::kBadInput, "run the model " + name, [&] { state_->try_out(); });
}

OnnxEncoder::~OnnxEncoder() = default;

EmbeddingBatch OnnxEncoder::encode(std::span<const Image> images) const {
  for (std::size_t i = 0; i < images.size(); ++i) {
    try {
      require_consistent(images[i]);
    } catch (const Error& e) {
      throw Error(e.code(), "image " + std::to_string(i + 1) + ": " + e.what());
    }
  }
  const std::size_t values = state_->header.input.values();
  return guard_opencv(ErrorCode::kInternal, "encode images", [&] {
    return state_->run(
        images.size(), [&](std::size_t first, std::size_t count, std::span<float> planes) {
          for (std::size_t i = 0; i < count; ++i) {
            preprocess(images[first + i], state_->header.input, planes.subspan(i * values, values));
          }
        });
  });
}

EmbeddingBatch OnnxEncoder::encode_planes(std::span<const float> planes) const {
  const std::size_t values = state_->header.input.values();
  if (planes.size() % values != 0) {
    throw Error(ErrorCode::kUsage, "planes do not hold a whole number of model inputs");
  }
  return guard_opencv(ErrorCode::kInternal, "encode images", [&] {
    return state_->run(planes.size() / values,
                       [&](std::size_t first, std::size_t count, std::span<float> batch) {
                         std::copy_n(planes.begin() + static_cast<std::ptrdiff_t>(first * values),
                                     count * values, batch.begin());
                       });
  });
}

std::size_t OnnxEncoder::dimension() const noexcept { return state_->header.dimension; }
const std::string& OnnxEncoder::fingerprint() const noexcept { return state_->fingerprint; }
const ModelHeader& OnnxEncoder::header() const noexcept { return state_->header; }

std::vector<std::byte> read_model_file(const std::filesystem::path& path) {
  return read_file(path, kMaxModelBytes);
}

std::shared_ptr<const ImageEncoder> load_onnx_encoder(std::span<const std::byte> model) {
  return std::make_shared<OnnxEncoder>(model, "in the database");
}

}  // namespace simdb
