#include "tests/support/backbones.h"

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <utility>

#include "encoder/model/onnx_model_backbone.h"
#include "tests/support/model_sketch.h"

namespace simdb::test {
namespace {

class Maker {
 public:
  explicit Maker(const BackboneRecipe& recipe) : recipe_(recipe), random_(recipe.seed) {
    model_.set_ir_version(recipe.listed_weights ? 3 : 6);
    model_.add_opset_import()->set_version(recipe.opset);
    graph_.set_name("backbone");
    auto& property = *model_.add_metadata_props();
    property.set_key("licence");
    property.set_value("of the backbone");
    const InputSpec& input = recipe.input;
    const int side = recipe.free_size ? 0 : 1;
    describe(*graph_.add_input(), named("pixels"),
             {recipe.batch, input.channels, side * input.height, side * input.width});
  }

  std::vector<std::byte> make() {
    std::string x = conv(named("pixels"), recipe_.input.channels, 2);
    if (recipe_.batch_norm) x = batch_norm(x);
    x = node("Relu", {x}, named("early"));
    if (recipe_.residual) {
      x = node("Relu", {node("Add", {conv(x, recipe_.features, 1), x})});
    }
    std::string features = x;
    if (!recipe_.planes) {
      features = node("GlobalAveragePool", {x});
      if (recipe_.gate) {
        const std::string gate = node("Sigmoid", {features});
        features = node("GlobalAveragePool", {node("Mul", {x, gate})});
      }
      if (recipe_.clip > 0) {
        features = clip(features);
      }
      if (recipe_.layer_norm) features = layer_norm(features);
      if (recipe_.gelu) features = node("Gelu", {features});
      if (recipe_.unknown_operator) features = node("Frobnicate", {features});
      if (recipe_.worked_out_shape) {
        features = node("Reshape", {features, worked_out_shape()});
      } else if (recipe_.one_image) {
        features = node("Unsqueeze", {node("Reshape", {features, shape({-1})})});
        ints("axes", {0});
      } else if (recipe_.reshape) {
        features = node("Reshape", {features, shape({recipe_.batch, recipe_.features})});
      } else {
        features = node("Flatten", {features});
      }
    }
    describe(*graph_.add_output(), features,
             recipe_.planes ? std::vector<int>{recipe_.batch, recipe_.features, 0, 0}
                            : std::vector<int>{recipe_.batch, recipe_.features});
    describe(*graph_.add_output(), node("Sigmoid", {x}, named("side")), {recipe_.batch, 0, 0, 0});
    return serialised(model_);
  }

 private:
  std::string named(const std::string& name) const { return recipe_.prefix + name; }

  static void describe(onnx::ValueInfoProto& value, const std::string& name,
                       const std::vector<int>& sides) {
    value.set_name(name);
    auto& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const int side : sides) {
      auto& dim = *type.mutable_shape()->add_dim();
      if (side > 0) dim.set_dim_value(side);
      if (side == 0) dim.set_dim_param("any");
    }
  }

  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   std::string output = {}) {
    if (output.empty()) output = named(type + "_" + std::to_string(graph_.node_size() + 1));
    onnx::NodeProto& made = *graph_.add_node();
    made.set_op_type(type);
    for (const auto& input : inputs) made.add_input(input);
    made.add_output(output);
    return output;
  }

  // An attribute of the last node.
  void ints(const char* name, std::initializer_list<std::int64_t> values) {
    auto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const auto value : values) attribute.add_ints(value);
  }

  std::string tensor(std::initializer_list<std::int64_t> sides, float low, float high) {
    onnx::TensorProto& made = *graph_.add_initializer();
    made.set_name(named("weight_" + std::to_string(graph_.initializer_size())));
    made.set_data_type(onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const auto side : sides) {
      made.add_dims(side);
      count *= side;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      made.add_float_data(low + (high - low) * static_cast<float>(random_() % 1001) / 1000);
    }
    if (recipe_.listed_weights) graph_.add_input()->set_name(made.name());
    return made.name();
  }

  // Over the channels, whose gains are 1 to 2 and whose shifts -1 to 1.
  std::string layer_norm(const std::string& x) {
    const std::string gain = tensor({recipe_.features, 1, 1}, 1, 2);
    std::string output =
        node("LayerNormalization", {x, gain, tensor({recipe_.features, 1, 1}, -1, 1)});
    auto& axis = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    axis.set_name("axis");
    axis.set_type(onnx::AttributeProto::INT);
    axis.set_i(1);
    return output;
  }

  std::string clip(const std::string& x) {
    const float limit = recipe_.clip;
    switch (recipe_.clip_form) {
      case ClipForm::kInputs: {
        const std::string low = tensor({}, 0, 0);
        return node("Clip", {x, low, tensor({}, limit, limit)});
      }
      case ClipForm::kConstants: {
        const std::string low = constant(0);
        return node("Clip", {x, low, constant(limit)});
      }
      case ClipForm::kAttributes:
        return clip_attributes(x, {{"max", limit}, {"min", 0.0F}});
      case ClipForm::kMostOnly:
        return node("Clip", {x, "", tensor({}, limit, limit)});
      case ClipForm::kMostAttributeOnly:
        return clip_attributes(x, {{"max", limit}});
      case ClipForm::kLeastOnly:
        return node("Clip", {x, tensor({}, limit, limit)});
      case ClipForm::kLeastAttributeOnly:
        return clip_attributes(x, {{"min", limit}});
    }
    return {};
  }

  std::string clip_attributes(const std::string& x,
                              const std::vector<std::pair<std::string, float>>& limits) {
    std::string output = node("Clip", {x});
    for (const auto& [name, value] : limits) {
      auto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
      attribute.set_name(name);
      attribute.set_type(onnx::AttributeProto::FLOAT);
      attribute.set_f(value);
    }
    return output;
  }

  std::string constant(float number) {
    std::string output = node("Constant", {});
    auto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    attribute.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
    attribute.mutable_t()->set_raw_data(&number, sizeof number);
    return output;
  }

  // As a Constant node, which is how PyTorch writes shapes.
  std::string shape(std::initializer_list<std::int64_t> sides) {
    std::string output = node("Constant", {});
    auto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    auto& value = *attribute.mutable_t();
    value.set_data_type(onnx::TensorProto::INT64);
    value.add_dims(static_cast<std::int64_t>(sides.size()));
    value.set_raw_data(std::data(sides), sides.size() * sizeof(std::int64_t));
    return output;
  }

  // x.view(x.size(0), -1)
  std::string worked_out_shape() {
    const std::string zero = node("Constant", {});
    auto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    attribute.mutable_t()->set_data_type(onnx::TensorProto::INT64);
    attribute.mutable_t()->add_int64_data(0);
    const std::string batch = node("Gather", {node("Shape", {named("pixels")}), zero});
    const std::string rest = shape({-1});
    std::string row = node("Unsqueeze", {batch});
    ints("axes", {0});
    row = node("Concat", {row, rest});
    auto& axis = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    axis.set_name("axis");
    axis.set_type(onnx::AttributeProto::INT);
    axis.set_i(0);
    return row;
  }

  std::string conv(const std::string& x, int channels, int stride) {
    const std::string weight = tensor({recipe_.features, channels, 3, 3}, -0.4F, 0.5F);
    const std::string bias = tensor({recipe_.features}, -0.1F, 0.1F);
    std::string output = node("Conv", {x, weight, bias});
    ints("kernel_shape", {3, 3});
    ints("pads", {1, 1, 1, 1});
    ints("strides", {stride, stride});
    return output;
  }

  std::string batch_norm(const std::string& x) {
    const std::string gain = tensor({recipe_.features}, 0.5F, 1.5F);
    const std::string bias = tensor({recipe_.features}, -0.5F, 0.5F);
    const std::string mean = tensor({recipe_.features}, -0.5F, 0.5F);
    const std::string variance = tensor({recipe_.features}, 0.5F, 2);
    return node("BatchNormalization", {x, gain, bias, mean, variance});
  }

  BackboneRecipe recipe_;
  std::mt19937 random_;
  onnx::ModelProto model_;
  onnx::GraphProto& graph_ = *model_.mutable_graph();
};

}  // namespace

std::vector<std::byte> make_backbone(const BackboneRecipe& recipe) { return Maker(recipe).make(); }

BackboneFeatures load_backbone(const BackboneRecipe& recipe, const std::string& output) {
  return BackboneFeatures(read_backbone(make_backbone(recipe), "net.onnx", recipe.input, output));
}

std::vector<std::uint8_t> random_pixels(const InputSpec& input, std::size_t images) {
  std::mt19937 random(7);
  std::vector<std::uint8_t> pixels(images * input.values());
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() >> 24);
  return pixels;
}

}  // namespace simdb::test
