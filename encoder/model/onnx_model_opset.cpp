#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_opset_internal.h"
#include "encoder/model/onnx_model_rewrite_internal.h"

namespace simdb {
namespace {

// From this opset on the operators have another form, or the same form means something else. New
// attributes and inputs whose absence means what it meant before are no change.
// Source: github.com/onnx/onnx/blob/main/docs/Changelog.md
struct Change {
  std::int64_t opset;
  std::string_view types;  // each between spaces
};
constexpr Change kChanges[] = {
    {9, " BatchNormalization Upsample "},
    {10, " Dropout Resize Slice Upsample "},
    {11, " Clip Pad Resize "},
    {12, " Dropout "},
    {13, " LogSoftmax ReduceSum Softmax Split Squeeze Unsqueeze "},
    {18, " ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSumSquare Resize Split "},
};
constexpr std::int64_t kClipsTakeInputs = 11;

bool is_same(const std::string& type, std::int64_t from, std::int64_t to) {
  const auto [low, high] = std::minmax(from, to);
  return std::ranges::none_of(kChanges, [&](const Change& change) {
    return low < change.opset && change.opset <= high &&
           change.types.find(" " + type + " ") != std::string_view::npos;
  });
}

/// Attributes become inputs.
void give_inputs(onnx::GraphProto& graph, onnx::NodeProto& clip, const std::string& prefix) {
  float least = std::numeric_limits<float>::lowest();
  float most = std::numeric_limits<float>::max();
  for (const auto& attribute : clip.attribute()) {
    (attribute.name() == "min" ? least : most) = attribute.f();
  }
  clip.clear_attribute();
  for (const float limit : {least, most}) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(prefix + "limit_" + std::to_string(graph.initializer_size()));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.set_raw_data(&limit, sizeof(limit));
    clip.add_input(tensor.name());
  }
}

}  // namespace

bool change_opset(onnx::ModelProto& model, std::int64_t to) {
  const std::int64_t from = opset_of(model);
  onnx::GraphProto& graph = *model.mutable_graph();
  const bool raises_clips = from < kClipsTakeInputs && to >= kClipsTakeInputs;
  const bool can = std::ranges::all_of(graph.node(), [&](const onnx::NodeProto& node) {
    return is_same(node.op_type(), from, to) || (raises_clips && node.op_type() == "Clip");
  });
  if (!can) return false;
  if (raises_clips) {
    const std::string prefix = unused_prefix(graph);
    for (auto& node : *graph.mutable_node()) {
      if (node.op_type() == "Clip") give_inputs(graph, node, prefix);
    }
  }
  model.clear_opset_import();
  model.add_opset_import()->set_version(to);
  return true;
}

}  // namespace simdb
