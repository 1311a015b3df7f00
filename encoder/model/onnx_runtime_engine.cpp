#include <dlfcn.h>

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <mutex>
#include <opencv2/core/utility.hpp>
#include <optional>
#include <utility>

#include "encoder/model/onnx_engine_internal.h"
#include "encoder/opencv_internal.h"

namespace simdb {
namespace {

// The library is loaded when it is first wanted: few models need it, and linked to it every program
// would start 20 to 40 ms later.
const OrtApiBase& runtime() {
  static const OrtApiBase& loaded = []() -> const OrtApiBase& {
    void* library = nullptr;
    for (const char* name : {SIMDB_ONNXRUNTIME_SONAME, SIMDB_ONNXRUNTIME_FILE}) {
      if (library == nullptr) library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    if (library == nullptr) {
      throw EngineError(std::string("can't load " SIMDB_ONNXRUNTIME_SONAME ": ") + ::dlerror() +
                        "; install it (Debian 13: libonnxruntime1.21)");
    }
    const auto base = reinterpret_cast<decltype(&OrtGetApiBase)>(::dlsym(library, "OrtGetApiBase"));
    const OrtApi* api = base == nullptr ? nullptr : base()->GetApi(ORT_API_VERSION);
    if (api == nullptr) {
      throw EngineError(SIMDB_ONNXRUNTIME_SONAME " is older than the one simdb was built with");
    }
    Ort::InitApi(api);
    return *base();
  }();
  return loaded;
}

template <typename Work>
auto guarded(Work&& work) {
  runtime();
  try {
    return std::forward<Work>(work)();
  } catch (const Ort::Exception& e) {
    fail_engine(one_line(e.what()));
  }
}

// Debian's ONNX Runtime and its ONNX library both register all operators, and the first model that
// is read makes the second of them complain of each on std::cerr, where a library has nothing to
// say. What others write there meanwhile is lost.
class QuietCerr {
 public:
  QuietCerr() : before_(std::cerr.rdbuf(&nowhere_)) {}
  QuietCerr(const QuietCerr&) = delete;
  QuietCerr& operator=(const QuietCerr&) = delete;
  ~QuietCerr() { std::cerr.rdbuf(before_); }

 private:
  class Nowhere final : public std::streambuf {
    int overflow(int character) override { return traits_type::not_eof(character); }
  };
  Nowhere nowhere_;
  std::streambuf* before_;
};

// The process has one environment, which counts its users; what it would print goes nowhere.
Ort::Env make_environment() {
  const auto silent = [](void*, OrtLoggingLevel, const char*, const char*, const char*,
                         const char*) {};
  return {ORT_LOGGING_LEVEL_FATAL, "simdb", silent, nullptr};
}

// A session runs calls side by side, so all nets share it and its copy of the weights.
class Session {
 public:
  Session(const Ort::Env& environment, std::span<const std::byte> model, int threads)
      : session_(make(environment, model, threads)) {
    if (session_.GetInputCount() != 1 || session_.GetOutputCount() != 1) {
      throw EngineError("it does not have one input and one output");
    }
    const Ort::AllocatorWithDefaultOptions allocator;
    input_ = session_.GetInputNameAllocated(0, allocator).get();
    output_ = session_.GetOutputNameAllocated(0, allocator).get();
  }

  Ort::Value run(const Ort::Value& images) {
    const char* inputs[] = {input_.c_str()};
    const char* outputs[] = {output_.c_str()};
    return std::move(session_.Run(Ort::RunOptions(), inputs, &images, 1, outputs, 1).front());
  }

 private:
  static Ort::Session make(const Ort::Env& environment, std::span<const std::byte> model,
                           int threads) {
    static std::mutex mutex;
    static bool has_complained = false;
    const auto read = [&] {
      return Ort::Session(environment, model.data(), model.size(), options(threads));
    };
    std::unique_lock lock(mutex);
    if (!has_complained) {
      const QuietCerr quiet;
      Ort::Session made = read();
      has_complained = true;
      return made;
    }
    lock.unlock();
    return read();
  }

  static Ort::SessionOptions options(int threads) {
    Ort::SessionOptions options;
    options.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.SetIntraOpNumThreads(threads);
    options.SetInterOpNumThreads(1);
    // Threads that wait busily would take the cores from decoding and searching.
    options.AddConfigEntry("session.intra_op.allow_spinning", "0");
    // Three times as fast as the level below: channels in blocks, which take more memory.
    options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
    // Takes memory in doubling steps and never gives it back.
    options.DisableCpuMemArena();
    return options;
  }

  Ort::Session session_;
  std::string input_;
  std::string output_;
};

class OnnxRuntimeEngine final : public OnnxEngine {
 public:
  OnnxRuntimeEngine(std::vector<std::byte> model, const InputSpec& input)
      : model_(std::move(model)), input_(input) {}

  std::unique_ptr<OnnxNet> make_net() const override;

  const InputSpec& input() const noexcept { return input_; }

  // On its caller's thread for one of many batches, on all cores for one alone. Each is made when
  // it is first wanted: most encoders need only one of them.
  Session& session(bool alone) const {
    const std::scoped_lock lock(mutex_);
    std::optional<Session>& wanted = alone ? wide_ : narrow_;
    if (!wanted) wanted.emplace(environment_, model_, alone ? std::max(1, cv::getNumThreads()) : 1);
    return *wanted;
  }

 private:
  std::vector<std::byte> model_;
  InputSpec input_;
  Ort::Env environment_ = make_environment();
  mutable std::mutex mutex_;
  mutable std::optional<Session> wide_;
  mutable std::optional<Session> narrow_;
};

class OnnxRuntimeNet final : public OnnxNet {
 public:
  explicit OnnxRuntimeNet(const OnnxRuntimeEngine& engine) : engine_(engine) {}

  Output forward(std::span<float> planes, bool alone) override {
    return guarded([&]() -> Output {
      const InputSpec& input = engine_.input();
      const std::array<std::int64_t, 4> shape = {
          static_cast<std::int64_t>(planes.size() / input.values()), input.channels, input.height,
          input.width};
      const auto images = Ort::Value::CreateTensor<float>(memory_, planes.data(), planes.size(),
                                                          shape.data(), shape.size());
      output_ = engine_.session(alone).run(images);
      const auto made = output_.GetTensorTypeAndShapeInfo();
      if (made.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        throw EngineError("the model's output does not hold floats");
      }
      const std::vector<std::int64_t> sides = made.GetShape();
      return {{sides.begin(), sides.end()},
              {output_.GetTensorData<float>(), made.GetElementCount()}};
    });
  }

 private:
  const OnnxRuntimeEngine& engine_;
  Ort::MemoryInfo memory_ = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  Ort::Value output_{nullptr};
};

std::unique_ptr<OnnxNet> OnnxRuntimeEngine::make_net() const {
  return guarded(
      [&]() -> std::unique_ptr<OnnxNet> { return std::make_unique<OnnxRuntimeNet>(*this); });
}

}  // namespace

bool has_onnx_runtime() noexcept { return true; }

std::string onnx_runtime_version() {
  try {
    return runtime().GetVersionString();
  } catch (const EngineError&) {
    return {};
  }
}

std::unique_ptr<OnnxEngine> make_onnx_runtime_engine(std::vector<std::byte> model,
                                                     const InputSpec& input) {
  return guarded([&]() -> std::unique_ptr<OnnxEngine> {
    return std::make_unique<OnnxRuntimeEngine>(std::move(model), input);
  });
}

}  // namespace simdb
