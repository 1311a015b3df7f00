#include <onnx/onnx_pb.h>

#include <string>
#include <utility>

#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"

namespace simdb {
namespace {

// ReduceL2 with an axes attribute and MaxPool with floor mode: opset 11 has both, and OpenCV 4.6
// reads it.
constexpr int kOpset = 11;
constexpr int kIrVersion = 6;

// Appends layers to a graph and follows the shape of what flows through it.
class GraphWriter {
 public:
  GraphWriter(GraphBuilder& builder, const InputSpec& input, std::string image)
      : builder_(builder),
        current_(std::move(image)),
        channels_(input.channels),
        height_(input.height),
        width_(input.width) {}

  void add(const ConvLayer& conv) {
    if (flat_) refuse_export("a convolution behind a dense layer");
    current_ = convolve(current_, conv, channels_);
    channels_ = conv.out_channels;
  }

  void add(const ResidualLayer& residual) {
    if (flat_) refuse_export("a residual block behind a dense layer");
    const auto& [first, second, shortcut] = residual;
    if (!first.relu || second.relu || (shortcut && shortcut->relu)) {
      refuse_export("a residual block has its ReLUs behind the first convolution and the sum");
    }
    const std::string inner = convolve(current_, first, channels_);
    const std::string outer = convolve(inner, second, first.out_channels);
    const std::string past = shortcut ? convolve(current_, *shortcut, channels_) : current_;
    if (second.out_channels != (shortcut ? shortcut->out_channels : channels_)) {
      refuse_export("a residual block whose shortcut does not fit its output");
    }
    current_ = builder_.add("Relu", {builder_.add("Add", {outer, past})});
    channels_ = second.out_channels;
  }

  void add(const MaxPoolLayer& pool) {
    if (flat_) refuse_export("a pooling behind a dense layer");
    if (pool.size < 1 || pool.size > height_ || pool.size > width_) {
      refuse_export("more pooling than an input of this size allows");
    }
    current_ = builder_.add(
        "MaxPool", {current_},
        {{"kernel_shape", {pool.size, pool.size}}, {"strides", {pool.size, pool.size}}});
    height_ /= pool.size;
    width_ /= pool.size;
  }

  void add(const AveragePoolLayer&) {
    if (flat_) refuse_export("a pooling behind a dense layer");
    current_ = builder_.add("GlobalAveragePool", {current_});
    height_ = 1;
    width_ = 1;
  }

  void add(const DenseLayer& dense) {
    if (!flat_) {
      current_ = builder_.add("Flatten", {current_}, {{"axis", {1}, false}});
      channels_ *= height_ * width_;
      flat_ = true;
    }
    if (dense.in_features != channels_) refuse_export("a dense layer that does not fit its input");
    current_ = builder_.add_dense(current_, dense);
    channels_ = dense.out_features;
  }

  LayerOutput output() const {
    if (!flat_) refuse_export("the last layer must be dense");
    return {current_, channels_};
  }

 private:
  std::string convolve(const std::string& input, const ConvLayer& conv, std::int64_t channels) {
    if (conv.in_channels != channels || conv.kernel < 1 || conv.kernel % 2 == 0) {
      refuse_export("a convolution that does not fit its input");
    }
    const std::int64_t k = conv.kernel;
    const std::int64_t pad = k / 2;
    std::string output = builder_.add(
        "Conv",
        {input,
         builder_.add_tensor("weight", {conv.out_channels, conv.in_channels, k, k}, conv.weight),
         builder_.add_tensor("bias", {conv.out_channels}, conv.bias)},
        {{"kernel_shape", {k, k}}, {"pads", {pad, pad, pad, pad}}, {"strides", {1, 1}}});
    return conv.relu ? builder_.add("Relu", {output}) : output;
  }

  GraphBuilder& builder_;
  std::string current_;
  std::int64_t channels_;  // features once flat
  std::int64_t height_;
  std::int64_t width_;
  bool flat_ = false;
};

}  // namespace

LayerOutput add_layers(GraphBuilder& builder, const EncoderModel& model, const std::string& image) {
  GraphWriter writer(builder, model.input, image);
  for (const Layer& layer : model.layers) {
    std::visit([&](const auto& concrete) { writer.add(concrete); }, layer);
  }
  return writer.output();
}

std::vector<std::byte> write_onnx_model(const EncoderModel& model) {
  require_valid(model.input);
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("simdb");
  proto.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.set_name("encoder");
  describe_value(*graph.add_input(), "image",
                 {model.input.channels, model.input.height, model.input.width});

  GraphBuilder builder(graph);
  const auto [features, dimension] = add_layers(builder, model, "image");
  builder.finish(features, dimension, "embedding");
  add_metadata(proto, model.input, model.notes);
  return to_bytes_with_checksum(proto);
}

}  // namespace simdb
