#include <cmath>
#include <set>
#include <span>
#include <utility>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb {
namespace {

void add_property(onnx::ModelProto& model, std::string_view key, const std::string& value) {
  onnx::StringStringEntryProto& property = *model.add_metadata_props();
  property.set_key(std::string(key));
  property.set_value(value);
}

}  // namespace

void refuse_export(const std::string& why) {
  throw Error(ErrorCode::kUsage, "can't export the encoder: " + why);
}

std::string GraphBuilder::add(const std::string& type, std::initializer_list<std::string> inputs,
                              std::initializer_list<Attribute> attributes) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(type);
  node.set_name(prefix_ + type + "_" + std::to_string(graph_.node_size()));
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(node.name());
  for (const auto& [name, values, is_list] : attributes) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    if (is_list) {
      attribute.set_type(onnx::AttributeProto::INTS);
      for (const std::int64_t value : values) attribute.add_ints(value);
    } else {
      attribute.set_type(onnx::AttributeProto::INT);
      attribute.set_i(values.at(0));
    }
  }
  return node.name();
}

void GraphBuilder::add_concat(std::span<const std::string> tensors, std::string_view output) {
  add("Concat", {}, {{"axis", {1}, false}});
  onnx::NodeProto& node = *graph_.mutable_node(graph_.node_size() - 1);
  for (const std::string& tensor : tensors) node.add_input(tensor);
  node.set_output(0, std::string(output));
}

std::string GraphBuilder::add_dense(const std::string& input, const DenseLayer& dense) {
  std::string output =
      add("Gemm",
          {input, add_tensor("weight", {dense.out_features, dense.in_features}, dense.weight),
           add_tensor("bias", {dense.out_features}, dense.bias)},
          {{"transB", {1}, false}});
  return dense.relu ? add("Relu", {output}) : output;
}

std::string GraphBuilder::add_pixel_change(const std::string& planes, const InputSpec& from,
                                           const InputSpec& to) {
  constexpr float kGrey[] = {0.299F, 0.587F, 0.114F};  // as fit_to_input
  std::vector<float> weights;
  std::vector<float> shift;
  for (int out = 0; out < to.channels; ++out) {
    const auto own = static_cast<std::size_t>(out);
    float sum = -to.mean[own];
    for (int in = 0; in < from.channels; ++in) {
      const auto other = static_cast<std::size_t>(in);
      const float share = from.channels == to.channels ? float(in == out) : kGrey[in];
      weights.push_back(share * from.scale[other] / to.scale[own]);
      sum += share * from.mean[other];
    }
    shift.push_back(sum / to.scale[own]);
  }
  return add("Conv",
             {planes, add_tensor("pixels", {to.channels, from.channels, 1, 1}, weights),
              add_tensor("shift", {to.channels}, shift)},
             {{"kernel_shape", {1, 1}}, {"pads", {0, 0, 0, 0}}, {"strides", {1, 1}}});
}

std::string GraphBuilder::add_lengths(const std::string& rows) {
  constexpr std::int64_t kLastWithAttribute = 17;
  if (opset_ <= kLastWithAttribute) {
    return add("ReduceL2", {rows}, {{"axes", {1}}, {"keepdims", {1}, false}});
  }
  onnx::TensorProto& axes = *graph_.add_initializer();
  axes.set_name(prefix_ + "axes_" + std::to_string(graph_.initializer_size()));
  axes.set_data_type(onnx::TensorProto::INT64);
  axes.add_dims(1);
  axes.add_int64_data(1);
  return add("ReduceL2", {rows, axes.name()}, {{"keepdims", {1}, false}});
}

std::string GraphBuilder::add_normalisation(const std::string& features) {
  return add("Div", {features, add_lengths(features)});
}

void GraphBuilder::finish(const std::string& features, std::int64_t dimension,
                          const std::string& output) {
  require_model_dimension(static_cast<std::size_t>(dimension));
  add_normalisation(features);
  graph_.mutable_node(graph_.node_size() - 1)->set_output(0, output);
  describe_value(*graph_.add_output(), output, {dimension});
}

std::string GraphBuilder::add_tensor(const std::string& role,
                                     std::initializer_list<std::int64_t> shape,
                                     const std::vector<float>& values) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(prefix_ + role + "_" + std::to_string(graph_.initializer_size()));
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  std::size_t count = 1;
  for (const std::int64_t side : shape) {
    if (side < 1) refuse_export("a layer without outputs");
    tensor.add_dims(side);
    count *= static_cast<std::size_t>(side);
  }
  if (count != values.size()) {
    refuse_export(role + " has " + std::to_string(values.size()) + " values, not " +
                  std::to_string(count));
  }
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::kBadInput, "can't export the encoder: a weight is not finite");
    }
  }
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return tensor.name();
}

void keep_needed(onnx::GraphProto& graph, const std::string& output, const std::string& name) {
  std::set<std::string> needed = {output};
  std::vector<onnx::NodeProto> kept;
  for (int i = graph.node_size() - 1; i >= 0; --i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    bool is_needed = false;
    for (const auto& tensor : node.output()) {
      is_needed = needed.erase(tensor) > 0 || is_needed;
    }
    if (!is_needed) continue;
    for (const auto& tensor : node.input()) {
      if (!tensor.empty()) needed.insert(tensor);  // an empty name is an optional input left out
    }
    kept.push_back(std::move(node));
  }
  graph.clear_node();
  for (auto node = kept.rbegin(); node != kept.rend(); ++node) *graph.add_node() = *node;

  std::vector<onnx::TensorProto> weights;
  for (auto& tensor : *graph.mutable_initializer()) {
    if (needed.erase(tensor.name()) > 0) weights.push_back(std::move(tensor));
  }
  graph.clear_initializer();
  for (auto& tensor : weights) *graph.add_initializer() = std::move(tensor);

  std::vector<onnx::ValueInfoProto> inputs;
  for (const auto& input : graph.input()) {
    if (needed.erase(input.name()) > 0) inputs.push_back(input);
  }
  if (!needed.empty())
    refuse_model(name, "it is damaged: nothing gives the tensor '" + *needed.begin() + "'");
  graph.clear_input();
  for (const auto& input : inputs) *graph.add_input() = input;
  graph.clear_output();
  graph.clear_value_info();  // shapes of the old batch size
  graph.clear_quantization_annotation();
}

void describe_value(onnx::ValueInfoProto& value, const std::string& name,
                    std::initializer_list<std::int64_t> sides_behind_batch) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::int64_t side : sides_behind_batch) {
    type.mutable_shape()->add_dim()->set_dim_value(side);
  }
}

void add_metadata(onnx::ModelProto& model, const InputSpec& input,
                  const std::map<std::string, std::string>& notes) {
  add_property(model, kChecksumKey, "sha256");
  add_property(model, kFormatVersionKey, std::to_string(format_version_of(input)));
  add_property(model, kInputKey, input_to_json(input));
  for (const auto& [name, text] : notes) {
    const std::string key = std::string(kMetadataPrefix) + name;
    if (key == kFormatVersionKey || key == kInputKey || key == kChecksumKey || key == kDigestKey) {
      refuse_export("a note can't be named " + name);
    }
    add_property(model, key, text);
  }
}

std::vector<std::byte> to_bytes(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

}  // namespace simdb
