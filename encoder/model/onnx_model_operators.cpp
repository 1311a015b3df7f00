#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <string_view>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr int kMostNodes = 5'000;  // OpenCV takes time that grows with their square
constexpr int kMostTensors = 20'000;
constexpr int kMany = 256;

struct Operators {
  std::string_view types;  ///< separated by spaces, as are the attributes
  int most_inputs;
  std::string_view attributes = {};
};

// What both runners know. An operator earns its place by a model that needs it.
constexpr Operators kOperators[] = {
    {"Abs Ceil Erf Exp Floor GlobalAveragePool GlobalMaxPool HardSwish Identity Log Mish Neg "
     "Reciprocal Relu Round Shape Sigmoid Softplus Softsign Sqrt Tanh",
     1},
    {"Add Div Expand MatMul Mul PRelu Pow Sub Tile", 2},
    {"Max Mean Min Sum", kMany},
    {"Concat", kMany, "axis"},
    {"AveragePool", 1, "kernel_shape strides pads auto_pad ceil_mode count_include_pad"},
    {"MaxPool", 1, "kernel_shape strides pads dilations auto_pad ceil_mode storage_order"},
    {"Conv", 3, "kernel_shape strides pads dilations auto_pad group"},
    {"ConvTranspose", 3, "kernel_shape strides pads dilations auto_pad group output_padding"},
    {"BatchNormalization", 5, "epsilon momentum spatial training_mode"},
    {"InstanceNormalization", 3, "epsilon"},
    {"LRN", 1, "alpha beta bias size"},
    {"LpNormalization", 1, "axis p"},
    {"Cast", 1, "to"},
    {"Celu Elu LeakyRelu ThresholdedRelu", 1, "alpha"},
    {"HardSigmoid", 1, "alpha beta"},
    {"Selu", 1, "alpha gamma"},
    {"Clip", 3, "min max"},
    {"Constant", 0, "value"},
    {"ConstantOfShape", 1, "value"},
    {"DepthToSpace", 1, "blocksize mode"},
    {"SpaceToDepth", 1, "blocksize"},
    {"Dropout", 3, "ratio seed"},
    {"Flatten LogSoftmax Softmax", 1, "axis"},
    {"Gather", 2, "axis"},
    {"Gemm", 3, "alpha beta transA transB"},
    {"Pad", 3, "mode pads value"},
    {"ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSumSquare", 1, "axes keepdims"},
    {"ReduceSum", 2, "axes keepdims noop_with_empty_axes"},
    {"Reshape", 2, "allowzero"},
    {"Resize", 4,
     "mode coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
     "nearest_mode"},
    {"Upsample", 2, "mode scales"},
    {"Slice", 5, "starts ends axes"},
    {"Split", 2, "axis split"},
    {"Squeeze Unsqueeze", 2, "axes"},
    {"Transpose", 1, "perm"},
};

// What ONNX Runtime knows beside that: newer operators, and newer forms of those above.
constexpr Operators kNewerOperators[] = {
    {"Equal", 2},
    {"Where", 3},
    {"Mod", 2, "fmod"},
    {"Constant", 0, "value value_float value_int value_ints"},
    {"Gelu", 1, "approximate"},
    {"LayerNormalization", 3, "axis epsilon stash_type"},
    {"ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSumSquare", 2,
     "axes keepdims noop_with_empty_axes"},
    {"Shape", 1, "end start"},
    {"Split", 2, "axis num_outputs split"},
};

// Attributes that OpenCV takes for this value, whatever they say.
struct Fixed {
  std::string_view type;
  std::string_view attribute;
  std::int64_t value;
};
constexpr Fixed kFixedInOpenCv[] = {
    {"BatchNormalization", "training_mode", 0},
    {"MaxPool", "dilations", 1},
    {"MaxPool", "storage_order", 0},
    {"ReduceSum", "noop_with_empty_axes", 0},
    {"Reshape", "allowzero", 0},
};

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

const Operators* find_operator(std::span<const Operators> all, std::string_view type) {
  const auto found =
      std::ranges::find_if(all, [&](const Operators& each) { return has_word(each.types, type); });
  return found == all.end() ? nullptr : &*found;
}

// Why a runner may not be given the node; empty if it may.
std::string refusal_of(const onnx::NodeProto& node, RunnerKind kind) {
  const bool is_opencv = kind == RunnerKind::kOpenCv;
  const Operators* known = is_opencv ? nullptr : find_operator(kNewerOperators, node.op_type());
  if (known == nullptr) known = find_operator(kOperators, node.op_type());
  if (known == nullptr) {
    return "simdb does not run this operator; export the model with another opset (11 is best "
           "supported) or take another one";
  }
  if (node.input_size() > known->most_inputs) {
    return "it has " + std::to_string(node.input_size()) + " inputs";
  }
  for (const auto& attribute : node.attribute()) {
    const std::string& name = attribute.name();
    if (!has_word(known->attributes, name)) {
      return "it has an attribute '" + name + "' that simdb does not know";
    }
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!finite(attribute.f()) || !std::ranges::all_of(attribute.floats(), finite)) {
      return "its '" + name + "' is not finite";
    }
    const auto is_other = [&](const Fixed& fixed) {
      const auto differs = [&](std::int64_t value) { return value != fixed.value; };
      return fixed.type == node.op_type() && fixed.attribute == name &&
             (attribute.ints_size() > 0 ? std::ranges::any_of(attribute.ints(), differs)
                                        : differs(attribute.i()));
    };
    if (is_opencv && std::ranges::any_of(kFixedInOpenCv, is_other)) {
      return "OpenCV does not know its '" + name + "'";
    }
  }
  return {};
}

// Throws unless each tensor is made once, before it is used.
void require_order(const onnx::GraphProto& graph, const std::string& name) {
  std::set<std::string_view> made;
  const auto make = [&](const std::string& tensor) {
    if (!made.insert(tensor).second) {
      refuse_model(name, "the name '" + tensor + "' is given twice");
    }
  };
  const auto use = [&](const std::string& tensor) {
    if (!made.contains(tensor)) {
      refuse_model(name,
                   "it is damaged: nothing gives the tensor '" + tensor + "' before it is used");
    }
  };
  for (const auto& tensor : graph.initializer()) make(tensor.name());
  for (const auto& value : graph.input()) made.insert(value.name());  // weights may be listed too
  for (const auto& node : graph.node()) {
    for (const auto& tensor : node.input()) {
      if (!tensor.empty()) use(tensor);  // an empty name is an optional input left out
    }
    for (const auto& tensor : node.output()) {
      if (!tensor.empty()) make(tensor);
    }
  }
  for (const auto& value : graph.output()) use(value.name());
}

void require_known(const onnx::ModelProto& model, RunnerKind kind, const std::string& name) {
  require_standard_operators(model, kind, name);
  for (const auto& node : model.graph().node()) {
    const std::string refusal = refusal_of(node, kind);
    if (refusal.empty()) continue;
    refuse_model(name, "its node '" + node.name() + "' (" + node.op_type() + "): " + refusal);
  }
}

}  // namespace

std::vector<RunnerKind> find_runners(const onnx::ModelProto& model, const std::string& name) {
  const onnx::GraphProto& graph = model.graph();
  if (graph.node_size() > kMostNodes || graph.initializer_size() > kMostTensors ||
      graph.input_size() > kMostTensors) {
    refuse_model(name, "it has " + std::to_string(graph.node_size()) + " nodes and " +
                           std::to_string(graph.initializer_size()) + " weights; at most " +
                           std::to_string(kMostNodes) + " and " + std::to_string(kMostTensors) +
                           " are read");
  }
  if (model.functions_size() > 0 || model.training_info_size() > 0) {
    refuse_model(name, "it has functions or training steps; export it for inference");
  }
  require_order(graph, name);
  std::vector<RunnerKind> runners;
  std::string refusal;  // ONNX Runtime's where that is built in, else OpenCV's
  for (const RunnerKind kind : {RunnerKind::kOpenCv, RunnerKind::kOnnxRuntime}) {
    if (kind == RunnerKind::kOnnxRuntime && !has_onnx_runtime() && refusal.empty()) continue;
    try {
      require_known(model, kind, name);
      runners.push_back(kind);
    } catch (const Error& e) {
      if (refusal.empty() || has_onnx_runtime()) refusal = e.what();
    }
  }
  if (runners.empty()) throw Error(ErrorCode::kBadInput, refusal);
  if (runners.front() == RunnerKind::kOnnxRuntime && !has_onnx_runtime()) {
    throw Error(ErrorCode::kBadInput, refusal +
                                          "; or build simdb with ONNX Runtime, which runs this "
                                          "model (docs/backbones.md)");
  }
  return runners;
}

}  // namespace simdb
