#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <unordered_map>

#include "encoder/model/onnx_model_call_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kManyValuesKept = 1 << 16;
constexpr std::size_t kMostRank = 8;

// More are refused than would be needed for answers: an operator earns its line by a model that
// needs it.
const std::unordered_map<std::string_view, Operator>& operators() {
  static constexpr std::size_t kMany = 256;
  static const std::unordered_map<std::string_view, Operator> all = {
      {"Abs", {1, 1, "", apply_same}},
      {"Add", {2, 2, "", apply_broadcast}},
      {"AveragePool",
       {1, 1, "kernel_shape strides pads auto_pad ceil_mode count_include_pad", apply_pool}},
      {"BatchNormalization", {5, 5, "epsilon momentum spatial training_mode", apply_per_channel}},
      {"Cast", {1, 1, "to", apply_identity}},
      {"Ceil", {1, 1, "", apply_identity}},
      {"Celu", {1, 1, "alpha", apply_same}},
      {"Clip", {1, 3, "min max", apply_clip}},
      {"Concat", {1, kMany, "axis", apply_concat}},
      {"Constant", {0, 0, "value", apply_constant}},
      {"ConstantOfShape", {1, 1, "value", apply_constant_of_shape}},
      {"Conv", {2, 3, "kernel_shape strides pads dilations auto_pad group", apply_conv}},
      {"ConvTranspose",
       {2, 3, "kernel_shape strides pads dilations auto_pad group output_padding", apply_conv}},
      {"DepthToSpace", {1, 1, "blocksize mode", apply_depth_to_space}},
      {"Div", {2, 2, "", apply_broadcast}},
      {"Dropout", {1, 3, "ratio seed", apply_dropout}},
      {"Elu", {1, 1, "alpha", apply_same}},
      {"Erf", {1, 1, "", apply_same}},
      {"Exp", {1, 1, "", apply_same}},
      {"Expand", {2, 2, "", apply_expand}},
      {"Flatten", {1, 1, "axis", apply_flatten}},
      {"Floor", {1, 1, "", apply_identity}},
      {"Gather", {2, 2, "axis", apply_gather}},
      {"Gemm", {2, 3, "alpha beta transA transB", apply_gemm}},
      {"GlobalAveragePool", {1, 1, "", apply_global_pool}},
      {"GlobalMaxPool", {1, 1, "", apply_global_pool}},
      {"HardSigmoid", {1, 1, "alpha beta", apply_same}},
      {"HardSwish", {1, 1, "", apply_same}},
      {"Identity", {1, 1, "", apply_identity}},
      {"InstanceNormalization", {3, 3, "epsilon", apply_per_channel}},
      {"LRN", {1, 1, "alpha beta bias size", apply_lrn}},
      {"LeakyRelu", {1, 1, "alpha", apply_same}},
      {"Log", {1, 1, "", apply_same}},
      {"LogSoftmax", {1, 1, "axis", apply_along_axis}},
      {"LpNormalization", {1, 1, "axis p", apply_along_axis}},
      {"MatMul", {2, 2, "", apply_matmul}},
      {"Max", {1, kMany, "", apply_broadcast}},
      {"MaxPool",
       {1, 1, "kernel_shape strides pads dilations auto_pad ceil_mode storage_order", apply_pool}},
      {"Mean", {1, kMany, "", apply_broadcast}},
      {"Min", {1, kMany, "", apply_broadcast}},
      {"Mish", {1, 1, "", apply_same}},
      {"Mul", {2, 2, "", apply_broadcast}},
      {"Neg", {1, 1, "", apply_same}},
      {"PRelu", {2, 2, "", apply_prelu}},
      {"Pad", {1, 3, "mode pads value", apply_pad}},
      {"Pow", {2, 2, "", apply_broadcast}},
      {"Reciprocal", {1, 1, "", apply_same}},
      {"ReduceL1", {1, 1, "axes keepdims", apply_reduce}},
      {"ReduceL2", {1, 1, "axes keepdims", apply_reduce}},
      {"ReduceMax", {1, 1, "axes keepdims", apply_reduce}},
      {"ReduceMean", {1, 1, "axes keepdims", apply_reduce}},
      {"ReduceMin", {1, 1, "axes keepdims", apply_reduce}},
      {"ReduceSum", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"ReduceSumSquare", {1, 1, "axes keepdims", apply_reduce}},
      {"Relu", {1, 1, "", apply_same}},
      {"Reshape", {2, 2, "allowzero", apply_reshape}},
      {"Resize",
       {2, 4,
        "mode coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
        "nearest_mode",
        apply_resize}},
      {"Round", {1, 1, "", apply_same}},
      {"Selu", {1, 1, "alpha gamma", apply_same}},
      {"Shape", {1, 1, "", apply_shape}},
      {"Sigmoid", {1, 1, "", apply_same}},
      {"Slice", {1, 5, "starts ends axes", apply_slice}},
      {"Softmax", {1, 1, "axis", apply_along_axis}},
      {"Softplus", {1, 1, "", apply_same}},
      {"Softsign", {1, 1, "", apply_same}},
      {"SpaceToDepth", {1, 1, "blocksize", apply_space_to_depth}},
      {"Split", {1, 2, "axis split", apply_split}},
      {"Sqrt", {1, 1, "", apply_same}},
      {"Squeeze", {1, 2, "axes", apply_squeeze}},
      {"Sub", {2, 2, "", apply_broadcast}},
      {"Sum", {1, kMany, "", apply_broadcast}},
      {"Tanh", {1, 1, "", apply_same}},
      {"ThresholdedRelu", {1, 1, "alpha", apply_same}},
      {"Tile", {2, 2, "", apply_tile}},
      {"Transpose", {1, 1, "perm", apply_transpose}},
      {"Unsqueeze", {1, 2, "axes", apply_unsqueeze}},
      {"Upsample", {1, 2, "mode scales", apply_resize}},
  };
  return all;
}

bool is_word_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

void require_known_attributes(const onnx::NodeProto& node, const Operator& known) {
  std::vector<std::string_view> seen;
  for (const auto& attribute : node.attribute()) {
    if (!is_word_of(attribute.name(), known.attributes)) {
      refuse_operator("it has an attribute '" + attribute.name() + "' that simdb does not know");
    }
    if (std::ranges::find(seen, attribute.name()) != seen.end()) {
      refuse_operator("it has the attribute '" + attribute.name() + "' twice");
    }
    seen.emplace_back(attribute.name());
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::isfinite(attribute.f()) || !std::ranges::all_of(attribute.floats(), finite)) {
      refuse_operator("its '" + attribute.name() + "' is not finite");
    }
  }
}

}  // namespace

OperatorFacts apply_operator(const onnx::NodeProto& node,
                             std::span<const TensorFacts* const> inputs, RunnerKind kind) {
  const Operator* found =
      kind == RunnerKind::kOnnxRuntime ? find_newer_operator(node.op_type()) : nullptr;
  if (found == nullptr) {
    const auto older = operators().find(node.op_type());
    if (older != operators().end()) found = &older->second;
  }
  if (found == nullptr) {
    refuse_operator(
        "simdb does not run this operator; export the model with another opset (11 is best "
        "supported) or take another one");
  }
  const Operator& known = *found;
  if (inputs.size() < known.least_inputs || inputs.size() > known.most_inputs) {
    refuse_operator("it has " + std::to_string(inputs.size()) + " inputs");
  }
  if (node.output_size() == 0) refuse_operator("it has no output");
  require_known_attributes(node, known);
  OperatorFacts facts = known.apply(OperatorCall(node, inputs));
  if (static_cast<std::size_t>(node.output_size()) > facts.outputs.size()) {
    refuse_operator("it has too many outputs");
  }
  for (TensorFacts& output : facts.outputs) {
    if (output.sides.size() > kMostRank) refuse_operator("its output has too many dimensions");
    // A list of axes or sides may be empty, for those that work it out anew.
    const bool may_be_empty = kind == RunnerKind::kOnnxRuntime && output.is_constant &&
                              output.values && output.sides.size() == 1;
    for (const std::int64_t side : output.sides) {
      if (side < (may_be_empty ? 0 : 1) || side > kMostSide) {
        refuse_operator("its output has an impossible side of " + std::to_string(side));
      }
    }
    if (output.values && output.values->size() > kManyValuesKept) output.values.reset();
  }
  return facts;
}

}  // namespace simdb
