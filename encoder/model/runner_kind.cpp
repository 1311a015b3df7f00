#include "encoder/model/runner_kind.h"

#include <opencv2/core/utility.hpp>

#include "encoder/model/onnx_engine_internal.h"

namespace simdb {

std::string to_text(RunnerKind kind) {
  if (kind == RunnerKind::kOpenCv) return "OpenCV " + cv::getVersionString();
  const std::string version = onnx_runtime_version();
  return version.empty() ? "ONNX Runtime" : "ONNX Runtime " + version;
}

}  // namespace simdb
