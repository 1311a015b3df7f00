#include <onnx/onnx_pb.h>

#include <cmath>
#include <initializer_list>
#include <string>

#include "core/embedding.h"
#include "core/error.h"
#include "encoder/onnx_model.h"
#include "encoder/onnx_model_metadata_internal.h"

namespace simdb {
namespace {

// ReduceL2 with an axes attribute and MaxPool with floor mode: opset 11 has both, and OpenCV 4.6
// reads it.
constexpr int kOpset = 11;
constexpr int kIrVersion = 6;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kUsage, "can't export the encoder: " + why);
}

// Appends layers to a graph and follows the shape of what flows through it.
class GraphWriter {
 public:
  GraphWriter(onnx::GraphProto& graph, const InputSpec& input)
      : graph_(graph), channels_(input.channels), height_(input.height), width_(input.width) {}

  void add(const ConvLayer& conv) {
    if (flat_) refuse("a convolution behind a dense layer");
    if (conv.in_channels != channels_ || conv.kernel < 1 || conv.kernel % 2 == 0) {
      refuse("a convolution that does not fit its input");
    }
    const std::int64_t k = conv.kernel;
    onnx::NodeProto& node = add_node(
        "Conv",
        {current_, tensor("weight", {conv.out_channels, conv.in_channels, k, k}, conv.weight),
         tensor("bias", {conv.out_channels}, conv.bias)});
    const std::int64_t pad = k / 2;
    add_ints(node, "kernel_shape", {k, k});
    add_ints(node, "pads", {pad, pad, pad, pad});
    add_ints(node, "strides", {1, 1});
    channels_ = conv.out_channels;
    if (conv.relu) add_node("Relu", {current_});
  }

  void add(const MaxPoolLayer& pool) {
    if (flat_) refuse("a pooling behind a dense layer");
    if (pool.size < 1 || pool.size > height_ || pool.size > width_) {
      refuse("more pooling than an input of this size allows");
    }
    onnx::NodeProto& node = add_node("MaxPool", {current_});
    add_ints(node, "kernel_shape", {pool.size, pool.size});
    add_ints(node, "strides", {pool.size, pool.size});
    height_ /= pool.size;
    width_ /= pool.size;
  }

  void add(const DenseLayer& dense) {
    if (!flat_) {
      add_int(add_node("Flatten", {current_}), "axis", 1);
      channels_ *= height_ * width_;
      flat_ = true;
    }
    if (dense.in_features != channels_) refuse("a dense layer that does not fit its input");
    onnx::NodeProto& node = add_node(
        "Gemm", {current_, tensor("weight", {dense.out_features, dense.in_features}, dense.weight),
                 tensor("bias", {dense.out_features}, dense.bias)});
    add_int(node, "transB", 1);
    channels_ = dense.out_features;
    if (dense.relu) add_node("Relu", {current_});
  }

  // x / |x|: OpenCV 4.6 has no LpNormalization.
  std::int64_t finish() {
    if (!flat_) refuse("the last layer must be dense");
    require_valid_dimension(static_cast<std::size_t>(channels_));
    const std::string features = current_;
    onnx::NodeProto& norm = add_node("ReduceL2", {features});
    add_ints(norm, "axes", {1});
    add_int(norm, "keepdims", 1);
    onnx::NodeProto& divide = add_node("Div", {features, current_});
    divide.set_output(0, "embedding");
    return channels_;
  }

 private:
  onnx::NodeProto& add_node(const std::string& type, std::initializer_list<std::string> inputs) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(type);
    current_ = type + "_" + std::to_string(graph_.node_size());
    node.set_name(current_);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(current_);
    return node;
  }

  std::string tensor(const std::string& role, std::initializer_list<std::int64_t> shape,
                     const std::vector<float>& values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(role + "_" + std::to_string(graph_.initializer_size()));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    std::size_t count = 1;
    for (const std::int64_t side : shape) {
      if (side < 1) refuse("a layer without outputs");
      tensor.add_dims(side);
      count *= static_cast<std::size_t>(side);
    }
    if (count != values.size())
      refuse(role + " has " + std::to_string(values.size()) + " values, not " +
             std::to_string(count));
    for (const float value : values) {
      if (!std::isfinite(value)) {
        throw Error(ErrorCode::kBadInput, "can't export the encoder: a weight is not finite");
      }
    }
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor.name();
  }

  static void add_ints(onnx::NodeProto& node, const char* name,
                       std::initializer_list<std::int64_t> values) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }

  static void add_int(onnx::NodeProto& node, const char* name, std::int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }

  onnx::GraphProto& graph_;
  std::string current_ = "image";
  std::int64_t channels_;  // features once flat
  std::int64_t height_;
  std::int64_t width_;
  bool flat_ = false;
};

void describe(onnx::ValueInfoProto& value, const std::string& name,
              std::initializer_list<std::int64_t> sides_behind_batch) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::int64_t side : sides_behind_batch)
    type.mutable_shape()->add_dim()->set_dim_value(side);
}

void add_property(onnx::ModelProto& model, std::string_view key, const std::string& value) {
  onnx::StringStringEntryProto& property = *model.add_metadata_props();
  property.set_key(std::string(key));
  property.set_value(value);
}

}  // namespace

std::vector<std::byte> write_onnx_model(const EncoderModel& model) {
  require_valid(model.input);
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("simdb");
  proto.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.set_name("encoder");

  GraphWriter writer(graph, model.input);
  for (const Layer& layer : model.layers) {
    std::visit([&](const auto& concrete) { writer.add(concrete); }, layer);
  }
  const std::int64_t dimension = writer.finish();
  describe(*graph.add_input(), "image",
           {model.input.channels, model.input.height, model.input.width});
  describe(*graph.add_output(), "embedding", {dimension});

  add_property(proto, kFormatVersionKey, std::to_string(kModelFormatVersion));
  add_property(proto, kInputKey, input_to_json(model.input));
  for (const auto& [name, text] : model.notes) {
    const std::string key = std::string(kMetadataPrefix) + name;
    if (key == kFormatVersionKey || key == kInputKey) refuse("a note can't be named " + name);
    add_property(proto, key, text);
  }
  const std::string bytes = proto.SerializeAsString();
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

}  // namespace simdb
