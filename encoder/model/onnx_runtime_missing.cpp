// In place of onnx_runtime_engine.cpp where simdb is built without ONNX Runtime.
#include "encoder/model/onnx_engine_internal.h"

namespace simdb {

bool has_onnx_runtime() noexcept { return false; }

std::string onnx_runtime_version() { return {}; }

// NOLINTNEXTLINE(performance-unnecessary-value-param): as the other one needs it
std::unique_ptr<OnnxEngine> make_onnx_runtime_engine(std::vector<std::byte> /*model*/,
                                                     const InputSpec& /*input*/) {
  throw EngineError("simdb was built without ONNX Runtime");
}

}  // namespace simdb
