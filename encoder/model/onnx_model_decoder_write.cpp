#include <onnx/onnx_pb.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/model/onnx_model_decoder_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"

namespace simdb {
namespace {

constexpr int kOpset = 11;
constexpr int kIrVersion = 6;

using Sides = std::initializer_list<std::int64_t>;

void require_fit(bool fits, const std::string& what) {
  if (!fits) refuse_export(what + " does not fit its input");
}

class DecoderWriter {
 public:
  DecoderWriter(onnx::GraphProto& graph, const DecoderModel& model)
      : graph_(graph), model_(model), builder_(graph) {}

  void write() {
    const InputSpec& input = model_.input;
    describe_value(*graph_.add_input(), std::string(kImageInput),
                   {input.channels, input.height, input.width});
    std::int64_t size = 0;
    std::vector<std::string> parts = {write_latent(size)};
    for (const ConditionEncoder& encoder : model_.encoders) {
      parts.push_back(write_encoder(encoder, size));
    }
    builder_.add_concat(parts, kCodeOutput);
    describe_value(*graph_.add_output(), std::string(kCodeOutput), {size});
    describe_value(*graph_.add_input(), std::string(kCodeInput), {size, 1, 1});
    write_picture(size);
  }

 private:
  void name_last(std::string_view name) {
    graph_.mutable_node(graph_.node_size() - 1)->set_output(0, std::string(name));
  }

  std::string write_latent(std::int64_t& size) {
    std::string current(kImageInput);
    std::int64_t channels = model_.input.channels;
    std::int64_t height = model_.input.height;
    std::int64_t width = model_.input.width;
    for (const HalvingLayer& layer : model_.halvings) {
      require_fit(layer.in_channels == channels && height > 1 && width > 1, "a halving layer");
      channels = layer.out_channels;
      current = builder_.add(
          "Conv",
          {current,
           builder_.add_tensor("weight", {channels, layer.in_channels, 4, 4}, layer.weight),
           builder_.add_tensor("bias", {channels}, layer.bias)},
          {{"kernel_shape", {4, 4}}, {"pads", {1, 1, 1, 1}}, {"strides", {2, 2}}});
      current = builder_.add("Relu", {current});
      height /= 2;
      width /= 2;
    }
    current = builder_.add("Flatten", {current}, {{"axis", {1}, false}});
    size = channels * height * width;
    for (const DenseLayer& dense : model_.latent_layers) {
      require_fit(dense.in_features == size, "a dense layer of the latent");
      current = builder_.add_dense(current, dense);
      size = dense.out_features;
    }
    return current;
  }

  std::string write_encoder(const ConditionEncoder& encoder, std::int64_t& size) {
    const InputSpec& spec = encoder.model.input;
    require_fit(spec.width == model_.input.width && spec.height == model_.input.height &&
                    (spec.channels == model_.input.channels || spec.channels == 1),
                "the encoder " + encoder.name);
    const std::string seen =
        builder_.add_pixel_change(std::string(kImageInput), model_.input, spec);
    const LayerOutput output = add_layers(builder_, encoder.model, seen);
    size += output.features;
    return builder_.add_normalisation(output.tensor);
  }

  // Dense layers as 1 x 1 convolutions of one pixel: there is nothing to reshape, which OpenCV
  // would do for the batch size that it read.
  void write_picture(std::int64_t size) {
    std::string current(kCodeInput);
    std::int64_t channels = size;
    for (const DenseLayer& dense : model_.code_layers) {
      current = convolve(current,
                         {.in_channels = dense.in_features,
                          .out_channels = dense.out_features,
                          .kernel = 1,
                          .weight = dense.weight,
                          .bias = dense.bias,
                          .relu = dense.relu},
                         channels);
    }
    const SpreadLayer& spread = model_.spread;
    std::int64_t height = spread.height;
    std::int64_t width = spread.width;
    require_fit(spread.in_features == channels && height > 0 && width > 0, "the spreading layer");
    channels = spread.out_channels;
    current = builder_.add(
        "ConvTranspose",
        {current,
         builder_.add_tensor("weight", {spread.in_features, channels, height, width},
                             spread.weight),
         builder_.add_tensor("bias", {channels}, spread.bias)},
        {{"kernel_shape", {height, width}}, {"pads", {0, 0, 0, 0}}, {"strides", {1, 1}}});
    current = builder_.add("Relu", {current});
    for (const auto& [convolution, doubling] : model_.growing) {
      current = convolve(current, convolution, channels);
      require_fit(doubling.in_channels == channels, "a doubling layer");
      channels = doubling.out_channels;
      current = builder_.add(
          "ConvTranspose",
          {current,
           builder_.add_tensor("weight", {doubling.in_channels, channels, 6, 6}, doubling.weight),
           builder_.add_tensor("bias", {channels}, doubling.bias)},
          {{"kernel_shape", {6, 6}}, {"pads", {2, 2, 2, 2}}, {"strides", {2, 2}}});
      if (doubling.relu) current = builder_.add("Relu", {current});
      height *= 2;
      width *= 2;
    }
    const InputSpec& input = model_.input;
    require_fit(channels == input.channels && height >= input.height && width >= input.width,
                "the picture");
    current = cut(current, height, width);
    builder_.add("Sigmoid", {current});
    name_last(kPictureOutput);
    describe_value(*graph_.add_output(), std::string(kPictureOutput),
                   {input.channels, input.height, input.width});
  }

  std::string convolve(const std::string& input, const ConvLayer& layer, std::int64_t& channels) {
    require_fit(layer.in_channels == channels && layer.kernel % 2 == 1, "a convolution");
    channels = layer.out_channels;
    const std::int64_t k = layer.kernel;
    const std::int64_t pad = k / 2;
    std::string output = builder_.add(
        "Conv",
        {input, builder_.add_tensor("weight", {channels, layer.in_channels, k, k}, layer.weight),
         builder_.add_tensor("bias", {channels}, layer.bias)},
        {{"kernel_shape", {k, k}}, {"pads", {pad, pad, pad, pad}}, {"strides", {1, 1}}});
    return layer.relu ? builder_.add("Relu", {output}) : output;
  }

  std::string cut(const std::string& picture, std::int64_t height, std::int64_t width) {
    const InputSpec& input = model_.input;
    if (height == input.height && width == input.width) return picture;
    return builder_.add("Slice",
                        {picture, add_ints("starts", {0, 0}),
                         add_ints("ends", {input.height, input.width}), add_ints("axes", {2, 3})});
  }

  std::string add_ints(const std::string& name, Sides values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return name;
  }

  onnx::GraphProto& graph_;
  const DecoderModel& model_;
  GraphBuilder builder_;
};

std::string description_of(const DecoderModel& model) {
  auto encoders = nlohmann::ordered_json::array();
  for (const auto& [name, fingerprint, encoder] : model.encoders) {
    const auto* dense = std::get_if<DenseLayer>(&encoder.layers.back());
    if (dense == nullptr) refuse_export("the last layer of the encoder " + name + " is not dense");
    encoders.push_back(
        {{"name", name}, {"fingerprint", fingerprint}, {"dimension", dense->out_features}});
  }
  const nlohmann::ordered_json json = {{"version", kDecoderVersion},
                                       {"latent", model.latent_layers.back().out_features},
                                       {"encoders", std::move(encoders)}};
  return json.dump();
}

}  // namespace

std::vector<std::byte> write_decoder_model(const DecoderModel& model) {
  require_valid(model.input);
  if (model.latent_layers.empty()) refuse_export("a decoder without a latent");
  for (const auto& encoder : model.encoders) {
    if (encoder.model.layers.empty()) refuse_export("the encoder " + encoder.name + " is empty");
  }
  if (model.notes.contains(std::string(kDecoderNote))) {
    refuse_export("a note can't be named " + std::string(kDecoderNote));
  }
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("simdb");
  proto.add_opset_import()->set_version(kOpset);
  proto.mutable_graph()->set_name("decoder");
  DecoderWriter(*proto.mutable_graph(), model).write();
  std::map<std::string, std::string> notes = model.notes;
  notes[std::string(kDecoderNote)] = description_of(model);
  add_metadata(proto, model.input, notes);
  return to_bytes_with_checksum(proto);
}

}  // namespace simdb
