#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "encoder/onnx_model_rewrite_internal.h"

namespace simdb {
namespace {

// The values of a small constant; of another type than asked for, none.
template <typename Value>
std::vector<Value> values_of(const onnx::TensorProto& tensor) {
  constexpr bool kIsFloat = std::is_same_v<Value, float>;
  if (tensor.data_type() != (kIsFloat ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64)) {
    return {};
  }
  if (tensor.has_raw_data()) {
    std::vector<Value> values(tensor.raw_data().size() / sizeof(Value));
    std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(Value));
    return values;
  }
  if constexpr (kIsFloat) {
    return {tensor.float_data().begin(), tensor.float_data().end()};
  } else {
    return {tensor.int64_data().begin(), tensor.int64_data().end()};
  }
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

// A side of a shape that the graph works out: a number, or side `index` of the tensor `source`.
struct Side {
  std::int64_t value = 0;
  std::string source = {};
  std::int64_t index = 0;
};
using Sides = std::optional<std::vector<Side>>;  // empty: not understood

// What a graph's tensors are, as far as shapes need it.
class Graph {
 public:
  explicit Graph(const onnx::GraphProto& graph) {
    for (const auto& tensor : graph.initializer()) constants_[tensor.name()] = &tensor;
    for (const auto& node : graph.node()) {
      for (const auto& output : node.output()) producers_[output] = &node;
      const auto* value = find_attribute(node, "value");
      if (node.op_type() == "Constant" && node.output_size() == 1 && value && value->has_t()) {
        constants_[node.output(0)] = &value->t();
      }
    }
  }

  const onnx::TensorProto* constant(const std::string& name) const {
    const auto found = constants_.find(name);
    return found == constants_.end() ? nullptr : found->second;
  }

  // Each tensor is worked out once: in a damaged graph many may use each other many times over. One
  // that runs in a circle meets itself as not understood.
  Sides sides(const std::string& name, int depth = 0) {
    const auto [known, is_new] = sides_.try_emplace(name);
    if (is_new) known->second = work_out(name, depth);
    return known->second;
  }

 private:
  Sides work_out(const std::string& name, int depth) {
    constexpr int kMostDepth = 16;
    constexpr int kMostSides = 32;
    std::vector<Side> all;
    if (const auto* tensor = constant(name)) {
      const bool is_shape = tensor->data_type() == onnx::TensorProto::INT64 &&
                            tensor->raw_data().size() <= kMostSides * sizeof(std::int64_t) &&
                            tensor->int64_data_size() <= kMostSides;
      if (!is_shape) return {};
      for (const auto value : values_of<std::int64_t>(*tensor)) all.push_back({value});
      return all;
    }
    const auto found = producers_.find(name);
    if (found == producers_.end() || depth > kMostDepth) return {};
    const onnx::NodeProto& node = *found->second;
    if (node.input_size() == 0) return {};
    const std::string& type = node.op_type();
    if (type == "Unsqueeze" || type == "Cast" || type == "Identity") {
      return sides(node.input(0), depth + 1);
    }
    if (type == "Gather" && node.input_size() == 2) return gathered(node);
    if (type != "Concat") return {};
    for (const auto& input : node.input()) {
      const Sides part = sides(input, depth + 1);
      if (!part || all.size() + part->size() > std::size_t{kMostSides}) return {};
      all.insert(all.end(), part->begin(), part->end());
    }
    return all;
  }

  // One side of a Shape.
  Sides gathered(const onnx::NodeProto& node) const {
    const auto shape = producers_.find(node.input(0));
    const auto* index = constant(node.input(1));
    if (shape == producers_.end() || shape->second->op_type() != "Shape" || !index) return {};
    const auto indices = values_of<std::int64_t>(*index);
    if (indices.size() != 1 || shape->second->input_size() != 1) return {};
    return std::vector<Side>{{0, shape->second->input(0), indices[0]}};
  }

  std::map<std::string, const onnx::TensorProto*> constants_;
  std::map<std::string, const onnx::NodeProto*> producers_;
  std::map<std::string, Sides> sides_;
};

// The sides as Reshape takes them, or nothing if they can't be told beforehand. A side that is
// taken from the same place of another tensor than `input` is the same there only if the sizes
// leave no choice, so without a -1.
std::vector<std::int64_t> free_shape(const std::vector<Side>& sides, const std::string& input,
                                     std::int64_t fixed_batch) {
  if (sides.size() < 2) return {};
  const auto is_rest = [](const Side& side) { return side.source.empty() && side.value == -1; };
  const bool has_rest = std::ranges::any_of(sides, is_rest);
  std::vector<std::int64_t> shape;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto& [value, source, index] = sides[i];
    if (source.empty()) {
      shape.push_back(value);
    } else {
      const bool is_same_place = index == static_cast<std::int64_t>(i);
      if (!is_same_place || (i > 0 && source != input && has_rest)) return {};
      shape.push_back(0);
    }
  }
  if (fixed_batch > 0 && shape[0] == fixed_batch) shape[0] = 0;
  return shape[0] == 0 ? shape : std::vector<std::int64_t>{};
}

onnx::NodeProto make_node(const char* type, const std::vector<std::string>& inputs,
                          const std::string& output) {
  onnx::NodeProto node;
  node.set_op_type(type);
  node.set_name(output);
  for (const auto& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

// The upper limit of a Clip(x, 0, limit), or nothing.
std::optional<float> limit_of(const onnx::NodeProto& node, const Graph& graph) {
  if (node.op_type() != "Clip" || node.input_size() != 3) return {};
  const auto* least = graph.constant(node.input(1));
  const auto* most = graph.constant(node.input(2));
  if (!least || !most) return {};
  const auto low = values_of<float>(*least);
  const auto high = values_of<float>(*most);
  if (low.size() != 1 || high.size() != 1 || low[0] != 0 || high[0] < 0) return {};
  return high[0];
}

}  // namespace

std::string unused_prefix(const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& node : graph.node()) {
    names.insert(node.name());
    names.insert(node.output().begin(), node.output().end());
  }
  std::string prefix = "head_";
  const auto is_taken = [&](const std::string& name) { return name.starts_with(prefix); };
  while (std::ranges::any_of(names, is_taken)) prefix.insert(0, "simdb_");
  return prefix;
}

void free_reshapes(onnx::GraphProto& graph, std::int64_t fixed_batch) {
  const std::string prefix = unused_prefix(graph);
  std::vector<std::pair<int, std::vector<std::int64_t>>> shapes;
  {
    Graph tensors(graph);
    for (int i = 0; i < graph.node_size(); ++i) {
      const onnx::NodeProto& node = graph.node(i);
      if (node.op_type() != "Reshape" || node.input_size() != 2) continue;
      if (tensors.constant(node.input(0))) continue;  // a weight has no batch
      const Sides sides = tensors.sides(node.input(1));
      if (!sides) continue;
      auto shape = free_shape(*sides, node.input(0), fixed_batch);
      if (!shape.empty()) shapes.emplace_back(i, std::move(shape));
    }
  }
  for (const auto& [i, shape] : shapes) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(prefix + "shape_" + std::to_string(i));
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(shape.size()));
    for (const std::int64_t side : shape) tensor.add_int64_data(side);
    graph.mutable_node(i)->set_input(1, tensor.name());
  }
}

void replace_clips(onnx::GraphProto& graph) {
  const std::string prefix = unused_prefix(graph) + "clip_";
  std::vector<onnx::NodeProto> nodes;
  std::vector<onnx::TensorProto> limits;
  const Graph tensors(graph);
  for (const auto& node : graph.node()) {
    const std::optional<float> limit = limit_of(node, tensors);
    if (!limit) {
      nodes.push_back(node);
      continue;
    }
    const std::string name = prefix + std::to_string(nodes.size());
    onnx::TensorProto& most = limits.emplace_back();
    most.set_name(name + "_limit");
    most.set_data_type(onnx::TensorProto::FLOAT);
    most.add_dims(1);
    most.add_float_data(*limit);
    nodes.push_back(make_node("Relu", {node.input(0)}, name + "_positive"));
    nodes.push_back(make_node("Sub", {node.input(0), most.name()}, name + "_above"));
    nodes.push_back(make_node("Relu", {name + "_above"}, name + "_excess"));
    nodes.push_back(make_node("Sub", {name + "_positive", name + "_excess"}, node.output(0)));
  }
  if (limits.empty()) return;
  graph.clear_node();
  for (auto& node : nodes) *graph.add_node() = std::move(node);
  for (auto& limit : limits) *graph.add_initializer() = std::move(limit);
}

}  // namespace simdb
