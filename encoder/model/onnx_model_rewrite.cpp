#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "encoder/model/onnx_model_rewrite_internal.h"

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

// The limit of a Clip: its attribute `name`, or its input `i` where that is a constant, or
// `fallback` if it has neither. Nothing for an input that is worked out.
std::optional<float> limit_of(const onnx::NodeProto& node, const char* name, int i, float fallback,
                              const Graph& graph) {
  if (const auto* attribute = find_attribute(node, name)) return attribute->f();
  if (i >= node.input_size() || node.input(i).empty()) return fallback;
  const auto* tensor = graph.constant(node.input(i));
  if (tensor == nullptr) return {};
  const auto values = values_of<float>(*tensor);
  return values.size() == 1 ? std::optional(values[0]) : std::nullopt;
}

bool has_both_limits(const onnx::NodeProto& node) {
  return node.input_size() == 1 && find_attribute(node, "min") != nullptr &&
         find_attribute(node, "max") != nullptr;
}

void set_limit(onnx::NodeProto& node, const char* name, float value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
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

bool put_limits_into_clips(onnx::GraphProto& graph) {
  constexpr float kMost = std::numeric_limits<float>::max();
  const Graph tensors(graph);
  bool changed = false;
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() != "Clip" || node.input_size() == 0 || has_both_limits(node)) continue;
    const auto least = limit_of(node, "min", 1, -kMost, tensors);
    const auto most = limit_of(node, "max", 2, kMost, tensors);
    if (!least || !most) continue;
    const std::string input = node.input(0);
    node.clear_input();
    node.add_input(input);
    node.clear_attribute();
    set_limit(node, "min", *least);
    set_limit(node, "max", *most);
    changed = true;
  }
  return changed;
}

std::vector<std::byte> for_opencv(std::vector<std::byte> bytes) {
  onnx::ModelProto model;
  const bool is_read = bytes.size() <= std::numeric_limits<int>::max() &&
                       model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  if (!is_read || !put_limits_into_clips(*model.mutable_graph())) return bytes;
  std::vector<std::byte> rewritten(model.ByteSizeLong());
  model.SerializeToArray(rewritten.data(), static_cast<int>(rewritten.size()));
  return rewritten;
}

}  // namespace simdb
