#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "encoder/model/onnx_model_checks_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Names in a model can be of any length.
constexpr std::size_t kMostReason = 500;

constexpr const char* kNotFinite = "holds a value that is not finite";

// Bytes of one value in TensorProto.raw_data; 0 for the types that no encoder needs.
int value_bytes(std::int32_t data_type) {
  switch (data_type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
      return 4;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::INT64:
      return 8;
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return 1;
    default:
      return 0;
  }
}

// Values outside raw_data, in the list that belongs to the type.
int listed_values(const onnx::TensorProto& tensor) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return tensor.float_data_size();
    case onnx::TensorProto::DOUBLE:
      return tensor.double_data_size();
    case onnx::TensorProto::INT64:
      return tensor.int64_data_size();
    default:
      return tensor.int32_data_size();
  }
}

bool is_finite(std::int32_t data_type, const char* raw) {
  if (data_type == onnx::TensorProto::FLOAT) {
    float value = 0;
    std::memcpy(&value, raw, sizeof value);
    return std::isfinite(value);
  }
  if (data_type == onnx::TensorProto::DOUBLE) {
    double value = 0;
    std::memcpy(&value, raw, sizeof value);
    return std::isfinite(value);
  }
  return true;
}

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

// OpenCV reads as many values as the shape says, wherever they are, and does not count them.
std::uint64_t stored_values(const onnx::TensorProto& tensor, const std::string& name) {
  const int bytes = value_bytes(tensor.data_type());
  if (bytes == 0) {
    refuse_model(
        name, "tensor '" + tensor.name() +
                  "' has values that are neither floats nor integers (half precision is not read)");
  }
  const int all = tensor.float_data_size() + tensor.double_data_size() + tensor.int32_data_size() +
                  tensor.int64_data_size();
  const int listed = listed_values(tensor);
  const bool both = tensor.has_raw_data() && listed > 0;
  if (listed != all || both || tensor.raw_data().size() % bytes != 0) {
    refuse_model(name, "tensor '" + tensor.name() + "' is damaged: its values contradict its type");
  }
  if (!tensor.has_raw_data()) return static_cast<std::uint64_t>(listed);
  return tensor.raw_data().size() / bytes;
}

// Values must be there, as many as the shape says, and finite: a flipped bit must not become a
// silent answer.
void require_sound(const onnx::TensorProto& tensor, const std::string& name) {
  const std::string what = "tensor '" + tensor.name() + "' ";
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    refuse_model(name, what + "is kept in another file; export the model as one file");
  }
  std::uint64_t count = 1;
  for (const std::int64_t side : tensor.dims()) {
    if (side < 0 || (side > 0 && count > std::numeric_limits<std::int32_t>::max() /
                                             static_cast<std::uint64_t>(side))) {
      refuse_model(name, what + "has an impossible shape");
    }
    count *= static_cast<std::uint64_t>(side);
  }
  const std::uint64_t stored = stored_values(tensor, name);
  if (stored != count) {
    refuse_model(name, what + "is damaged: " + std::to_string(stored) + " values for a shape of " +
                           std::to_string(count));
  }
  if (tensor.has_raw_data()) {
    const char* raw = tensor.raw_data().data();
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!is_finite(tensor.data_type(), raw)) refuse_model(name, what + kNotFinite);
      raw += value_bytes(tensor.data_type());
    }
  }
  const auto finite = [](auto value) { return std::isfinite(value); };
  if (!std::ranges::all_of(tensor.float_data(), finite) ||
      !std::ranges::all_of(tensor.double_data(), finite)) {
    refuse_model(name, what + kNotFinite);
  }
}

}  // namespace

void refuse_model(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::kBadInput,
              "can't use the model " + name + ": " +
                  (why.size() > kMostReason ? why.substr(0, kMostReason) + "..." : why));
}

onnx::ModelProto parse_model(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) refuse_model(name, "it is empty");
  onnx::ModelProto model;
  if (bytes.size() > std::numeric_limits<int>::max() ||
      !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model.has_graph()) {
    refuse_model(name, "it is not an ONNX model, or it is damaged");
  }
  return model;
}

void require_sound_weights(const onnx::GraphProto& graph, const std::string& name) {
  if (graph.sparse_initializer_size() > 0) refuse_model(name, "it has sparse tensors");
  for (const onnx::TensorProto& tensor : graph.initializer()) require_sound(tensor, name);
  for (const onnx::NodeProto& node : graph.node()) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_t()) require_sound(attribute.t(), name);
      for (const onnx::TensorProto& tensor : attribute.tensors()) require_sound(tensor, name);
      if (attribute.has_g() || attribute.graphs_size() > 0) {
        refuse_model(name, "it has branches or loops");
      }
    }
  }
}

std::int64_t opset_of(const onnx::ModelProto& model) {
  std::int64_t opset = 0;
  for (const auto& import : model.opset_import()) {
    if (is_standard(import.domain())) opset = import.version();
  }
  return opset;
}

void require_standard_operators(const onnx::ModelProto& model, RunnerKind kind,
                                const std::string& name) {
  // From 7 on, Gemm and Div broadcast as the head needs it. Of 18 and later ones OpenCV may take
  // lists that became inputs for absent.
  constexpr std::int64_t kLeastOpset = 7;
  constexpr std::int64_t kMostOpset = 17;
  constexpr std::int64_t kMostOfOnnxRuntime = 21;
  const std::int64_t opset = opset_of(model);
  if (opset < kLeastOpset ||
      opset > (kind == RunnerKind::kOpenCv ? kMostOpset : kMostOfOnnxRuntime)) {
    refuse_model(name, "it has opset " + std::to_string(opset) + "; export it with one from 7 to " +
                           std::to_string(has_onnx_runtime() ? kMostOfOnnxRuntime : kMostOpset));
  }
  for (const auto& node : model.graph().node()) {
    if (!is_standard(node.domain())) {
      refuse_model(name, "its operator '" + node.op_type() + "' of the domain '" + node.domain() +
                             "' is not standard ONNX; export it with standard operators only");
    }
  }
}

}  // namespace simdb
