#pragma once

#include <string>

namespace simdb {

/// The libraries that run model files.
enum class RunnerKind {
  kOpenCv,       ///< its DNN module: always there, and tried first
  kOnnxRuntime,  ///< for what OpenCV can't run; only where simdb was built with it
};

/// "OpenCV" or "ONNX Runtime", with the version of the library that is there.
std::string to_text(RunnerKind kind);

/// Was simdb built with ONNX Runtime?
bool has_onnx_runtime() noexcept;

}  // namespace simdb
