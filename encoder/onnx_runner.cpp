#include <algorithm>
#include <exception>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <utility>

#include "core/error.h"
#include "encoder/onnx_model_rewrite_internal.h"
#include "encoder/onnx_runner_internal.h"

namespace simdb {
namespace {

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

std::size_t batch_size(const InputSpec& input, bool one_at_a_time) {
  constexpr std::size_t kMost = 32;
  constexpr std::size_t kPixels = kMost * 64 * 64;
  const std::size_t area = static_cast<std::size_t>(input.width) * input.height;
  return one_at_a_time ? 1 : std::clamp<std::size_t>(kPixels / area, 1, kMost);
}

// A net and the input that it is fed from, kept because large blocks fresh from the system cost
// page faults.
struct OnnxRunner::Lane {
  cv::dnn::Net net;
  std::vector<float> planes;

  // What the net makes of the images in `planes`; valid until the next call.
  cv::Mat forward(const InputSpec& input) {
    const int shape[] = {static_cast<int>(planes.size() / input.values()), input.channels,
                         input.height, input.width};
    net.setInput(cv::Mat(4, shape, CV_32F, planes.data()));
    const cv::Mat output = net.forward();
    if (!output.isContinuous() || output.type() != CV_32F) {
      throw Error(ErrorCode::kBadInput, "the model's output does not hold floats");
    }
    return output;
  }
};

OnnxRunner::OnnxRunner(std::vector<std::byte> model, const InputSpec& input, bool one_at_a_time)
    : model_(for_opencv(std::move(model))),
      input_(input),
      batch_(batch_size(input, one_at_a_time)) {}

OnnxRunner::~OnnxRunner() = default;

std::unique_ptr<OnnxRunner::Lane> OnnxRunner::make_lane() const {
  const QuietOpenCv quiet;
  auto lane = std::make_unique<Lane>();
  lane->net = cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(model_.data()), model_.size());
  lane->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  lane->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  return lane;
}

std::unique_ptr<OnnxRunner::Lane> OnnxRunner::borrow() const {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      auto lane = std::move(idle_.back());
      idle_.pop_back();
      return lane;
    }
  }
  return make_lane();
}

void OnnxRunner::give_back(std::unique_ptr<Lane> lane) const {
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(lane));
}

OnnxRunner::Output OnnxRunner::try_out(std::span<const float> planes) const {
  auto lane = borrow();
  const QuietOpenCv quiet;
  lane->planes.assign(planes.begin(), planes.end());
  const cv::Mat output = lane->forward(input_);
  Output result{{output.size.p, output.size.p + output.dims},
                {output.ptr<float>(), output.ptr<float>() + output.total()}};
  give_back(std::move(lane));
  return result;
}

std::vector<float> OnnxRunner::run(std::size_t rows, std::size_t features, const Fill& fill) const {
  std::vector<float> values(rows * features);
  std::exception_ptr failure;
  const auto batches = static_cast<int>((rows + batch_ - 1) / batch_);
  const auto run_batches = [&](const cv::Range& range) {
    try {
      auto lane = borrow();
      for (int batch = range.start; batch < range.end; ++batch) {
        const std::size_t first = static_cast<std::size_t>(batch) * batch_;
        const std::size_t count = std::min(batch_, rows - first);
        lane->planes.resize(count * input_.values());
        fill(first, count, std::span(lane->planes));
        const cv::Mat output = lane->forward(input_);
        if (output.total() != count * features) {
          throw Error(ErrorCode::kBadInput,
                      "the model's output does not have the shape that it announces");
        }
        std::copy_n(output.ptr<float>(), output.total(), values.data() + first * features);
      }
      give_back(std::move(lane));
    } catch (...) {
      const std::scoped_lock lock(mutex_);
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
  return values;
}

}  // namespace simdb
