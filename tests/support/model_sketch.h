#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace simdb::test {

/// Throws if the bytes are no ONNX.
inline onnx::ModelProto parsed(std::span<const std::byte> bytes) {
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw std::runtime_error("these bytes are no ONNX");
  }
  return model;
}

inline std::vector<std::byte> serialised(const onnx::ModelProto& model) {
  const std::string text = model.SerializeAsString();
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

/// A graph from N x 3 x 8 x 8 to N x 16, drawn node by node.
class Sketch {
 public:
  using Ints = std::vector<std::int64_t>;

  explicit Sketch(std::mt19937& random, int opset = 11) : random_(random) {
    model_.set_ir_version(6);
    model_.add_opset_import()->set_version(opset);
    describe(*graph_.add_input(), "image", {0, 3, 8, 8});
  }

  std::string node(const std::string& type, const std::vector<std::string>& inputs) {
    onnx::NodeProto& made = *graph_.add_node();
    made.set_op_type(type);
    made.set_name(type + "_" + std::to_string(graph_.node_size()));
    for (const auto& input : inputs) made.add_input(input);
    made.add_output(made.name());
    return made.name();
  }
  // Attributes of the last node.
  Sketch& with(const char* name, std::int64_t value) {
    onnx::AttributeProto& attribute = attribute_of(name, onnx::AttributeProto::INT);
    attribute.set_i(value);
    return *this;
  }
  Sketch& with(const char* name, const Ints& values) {
    onnx::AttributeProto& attribute = attribute_of(name, onnx::AttributeProto::INTS);
    for (const auto value : values) attribute.add_ints(value);
    return *this;
  }
  Sketch& with(const char* name, const std::string& text) {
    attribute_of(name, onnx::AttributeProto::STRING).set_s(text);
    return *this;
  }
  Sketch& with_real(const char* name, float value) {
    attribute_of(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }

  std::string floats(const Ints& sides, float least = -0.5F, float most = 0.5F) {
    onnx::TensorProto& tensor = tensor_of(sides, onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const auto side : sides) count *= side;
    for (std::int64_t i = 0; i < count; ++i) {
      tensor.add_float_data(least + (most - least) * static_cast<float>(random_() % 1001) / 1000);
    }
    return tensor.name();
  }
  std::string list(const Ints& values) {
    onnx::TensorProto& tensor =
        tensor_of({static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    for (const auto value : values) tensor.add_int64_data(value);
    return tensor.name();
  }
  std::string scales(const std::vector<float>& values) {
    onnx::TensorProto& tensor =
        tensor_of({static_cast<std::int64_t>(values.size())}, onnx::TensorProto::FLOAT);
    for (const auto value : values) tensor.add_float_data(value);
    return tensor.name();
  }

  std::string conv(const std::string& x, std::int64_t from, std::int64_t to, std::int64_t kernel) {
    std::string made = node("Conv", {x, floats({to, from, kernel, kernel}), floats({to})});
    with("kernel_shape", Ints{kernel, kernel});
    with("pads", Ints(4, kernel / 2));
    return made;
  }

  /// Behind `x`, N x 8 x any: average, Gemm, normalisation.
  std::vector<std::byte> finish(const std::string& x) {
    const std::string flat = node("Flatten", {node("GlobalAveragePool", {x})});
    const std::string features = node("Gemm", {flat, floats({16, 8}), floats({16})});
    with("transB", 1);
    return end(features);
  }
  std::vector<std::byte> end(const std::string& features) {
    const std::string length = node("ReduceL2", {features});
    with("axes", Ints{1}).with("keepdims", 1);
    const std::string output = node("Div", {features, length});
    describe(*graph_.add_output(), output, {0, 16});
    property("simdb.format_version", "1");
    property("simdb.input",
             R"({"width":8,"height":8,"channels":3,"resize":"fit","background":[0,0,0],)"
             R"("mean":[0,0,0],"scale":[1,1,1]})");
    return serialised(model_);
  }

  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_()) % (most - least + 1);
  }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return *(choices.begin() + random_() % choices.size());
  }

 private:
  static void describe(onnx::ValueInfoProto& value, const std::string& name, const Ints& sides) {
    value.set_name(name);
    auto& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto side : sides) {
      auto& dim = *type.mutable_shape()->add_dim();
      side > 0 ? dim.set_dim_value(side) : dim.set_dim_param("N");
    }
  }
  void property(const char* key, const char* value) {
    auto& made = *model_.add_metadata_props();
    made.set_key(key);
    made.set_value(value);
  }
  onnx::AttributeProto& attribute_of(const char* name, onnx::AttributeProto::AttributeType type) {
    auto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }
  onnx::TensorProto& tensor_of(const Ints& sides, std::int32_t type) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name("tensor_" + std::to_string(graph_.initializer_size()));
    tensor.set_data_type(type);
    for (const auto side : sides) tensor.add_dims(side);
    return tensor;
  }

  std::mt19937& random_;
  onnx::ModelProto model_;
  onnx::GraphProto& graph_ = *model_.mutable_graph();
};

}  // namespace simdb::test
