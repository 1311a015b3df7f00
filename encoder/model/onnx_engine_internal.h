#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/runner_kind.h"

namespace simdb {

/// What a library reports that can't run a model: one line, without the model's name.
class EngineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws EngineError, or std::bad_alloc if `report` says that memory ran out: both libraries turn
/// that into errors of their own on the way.
[[noreturn]] void fail_engine(const std::string& report);

/// A model that is ready to run. Serves one thread at a time.
class OnnxNet {
 public:
  struct Output {
    std::vector<int> shape;  ///< rows first
    std::span<const float> values;
  };

  OnnxNet() = default;
  OnnxNet(const OnnxNet&) = delete;
  OnnxNet& operator=(const OnnxNet&) = delete;
  virtual ~OnnxNet() = default;

  /// What the model makes of whole images, rows x input.values(); valid until the next call.
  /// `alone`: no other batch of the same call wants a core, so all of them may be used. Throws
  /// EngineError, also if the output holds no floats.
  virtual Output forward(std::span<float> planes, bool alone) = 0;
};

/// Makes nets of one model. Thread-safe.
class OnnxEngine {
 public:
  OnnxEngine() = default;
  OnnxEngine(const OnnxEngine&) = delete;
  OnnxEngine& operator=(const OnnxEngine&) = delete;
  virtual ~OnnxEngine() = default;

  /// The engine must outlive the net. Throws EngineError.
  virtual std::unique_ptr<OnnxNet> make_net() const = 0;
};

/// Lack of memory is std::bad_alloc, here and in what they make. Both trust what they are told:
/// a model from elsewhere must have passed judge_encoder or judge_backbone.
std::unique_ptr<OnnxEngine> make_opencv_engine(std::vector<std::byte> model,
                                               const InputSpec& input);

/// Throws EngineError if simdb was built without it, or it can't be loaded.
std::unique_ptr<OnnxEngine> make_onnx_runtime_engine(std::vector<std::byte> model,
                                                     const InputSpec& input);

/// "1.21.0"; empty if simdb was built without it, or it can't be loaded.
std::string onnx_runtime_version();

}  // namespace simdb
