#include <mutex>
#include <new>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <optional>
#include <utility>

#include "encoder/model/onnx_engine_internal.h"
#include "encoder/model/onnx_model_rewrite_internal.h"
#include "encoder/opencv_internal.h"

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

template <typename Work>
auto guarded(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) throw std::bad_alloc();
    fail_engine(one_line(e.err));
  }
}

class OpenCvNet final : public OnnxNet {
 public:
  OpenCvNet(std::span<const std::byte> model, const InputSpec& input) : input_(input) {
    guarded([&] {
      const QuietOpenCv quiet;
      net_ = cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(model.data()), model.size());
      net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
      net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    });
  }

  // OpenCV runs parallel regions inside another one serially, so each of many batches stays on its
  // core, and a single one is left to the parallel regions of the layers, whatever is said here.
  Output forward(std::span<float> planes, bool /*alone*/) override {
    return guarded([&]() -> Output {
      const int shape[] = {static_cast<int>(planes.size() / input_.values()), input_.channels,
                           input_.height, input_.width};
      net_.setInput(cv::Mat(4, shape, CV_32F, planes.data()));
      std::optional<QuietOpenCv> quiet;
      if (shape[0] != rows_) quiet.emplace();
      output_ = net_.forward();
      rows_ = shape[0];
      if (!output_.isContinuous() || output_.type() != CV_32F) {
        throw EngineError("the model's output does not hold floats");
      }
      return {{output_.size.p, output_.size.p + output_.dims},
              {output_.ptr<float>(), output_.total()}};
    });
  }

 private:
  InputSpec input_;
  cv::dnn::Net net_;
  cv::Mat output_;
  int rows_ = 0;  // of the batch that it ran last: what it can't run, it reports at a new size
};

class OpenCvEngine final : public OnnxEngine {
 public:
  OpenCvEngine(std::vector<std::byte> model, const InputSpec& input)
      : model_(for_opencv(std::move(model))), input_(input) {}

  std::unique_ptr<OnnxNet> make_net() const override {
    return std::make_unique<OpenCvNet>(model_, input_);
  }

 private:
  std::vector<std::byte> model_;
  InputSpec input_;
};

}  // namespace

std::unique_ptr<OnnxEngine> make_opencv_engine(std::vector<std::byte> model,
                                               const InputSpec& input) {
  return std::make_unique<OpenCvEngine>(std::move(model), input);
}

}  // namespace simdb
