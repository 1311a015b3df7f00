#include <algorithm>
#include <cstddef>

#include "encoder/model/onnx_model_head_internal.h"

namespace simdb {
namespace {

/// The node of this type and number of inputs that gives a tensor, or null.
const onnx::NodeProto* maker_of(const onnx::GraphProto& graph, const std::string& tensor,
                                const char* type, int inputs) {
  for (const auto& node : graph.node()) {
    if (node.output_size() != 1 || node.output(0) != tensor) continue;
    return node.op_type() == type && node.input_size() == inputs ? &node : nullptr;
  }
  return nullptr;
}

/// A weight of raw floats that is used once, with so many sides; else null.
onnx::TensorProto* own_weight(onnx::GraphProto& graph, const std::string& tensor, int sides) {
  std::ptrdiff_t uses = 0;
  for (const auto& node : graph.node()) uses += std::ranges::count(node.input(), tensor);
  const auto found = std::ranges::find(*graph.mutable_initializer(), tensor,
                                       [](const onnx::TensorProto& each) { return each.name(); });
  const bool fits = uses == 1 && found != graph.mutable_initializer()->end() &&
                    found->dims_size() == sides && found->data_type() == onnx::TensorProto::FLOAT &&
                    found->has_raw_data();
  return fits ? &*found : nullptr;
}

}  // namespace

std::optional<DenseEnd> find_dense_end(onnx::GraphProto& graph) {
  if (graph.output_size() == 0) return {};
  const auto* division = maker_of(graph, graph.output(0).name(), "Div", 2);
  if (division == nullptr) return {};
  const auto* length = maker_of(graph, division->input(1), "ReduceL2", 1);
  if (length == nullptr) length = maker_of(graph, division->input(1), "ReduceL2", 2);
  const auto* dense = maker_of(graph, division->input(0), "Gemm", 3);
  if (length == nullptr || length->input(0) != division->input(0) || dense == nullptr) return {};
  const bool is_turned = dense->attribute_size() == 1 && dense->attribute(0).name() == "transB" &&
                         dense->attribute(0).i() == 1;
  DenseEnd end{dense->input(0), own_weight(graph, dense->input(1), 2),
               own_weight(graph, dense->input(2), 1)};
  if (!is_turned || end.weight == nullptr || end.bias == nullptr) return {};
  end.outputs = end.weight->dims(0);
  if (end.bias->dims(0) != end.outputs) return {};
  return end;
}

}  // namespace simdb
