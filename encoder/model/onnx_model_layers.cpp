#include "encoder/model/onnx_model_layers.h"

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "encoder/model/onnx_model_checks_internal.h"

namespace simdb {
namespace {

using Sides = std::vector<std::int64_t>;

// Takes the nodes of a graph in their order, which is that in which GraphWriter wrote them. What it
// does not expect, it refuses: a layer that is passed over would be a network that answers wrongly.
class LayerReader {
 public:
  LayerReader(const onnx::GraphProto& graph, const std::string& name) : graph_(graph), name_(name) {
    for (const auto& tensor : graph.initializer()) weights_[tensor.name()] = &tensor;
    for (const auto& input : graph.input()) {
      if (!weights_.contains(input.name())) current_ = input.name();
    }
  }

  std::vector<Layer> read() {
    std::vector<Layer> layers;
    while (!at_end()) layers.push_back(read_layer());
    read_normalisation();
    return layers;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    refuse_model(name_, why +
                            ", so its layers can't be read back; take an encoder that simdb "
                            "trained from scratch: simdb train DIR -o FILE.onnx --from scratch");
  }

  [[noreturn]] void refuse_node() const {
    if (next_ >= graph_.node_size()) refuse("it does not end with L2 normalisation");
    const auto& node = graph_.node(next_);
    refuse("its node '" + node.name() + "' (" + node.op_type() +
           ") is not one of a network that simdb trains");
  }

  bool is_next(std::string_view type, int inputs) const {
    if (next_ >= graph_.node_size()) return false;
    const auto& node = graph_.node(next_);
    return node.op_type() == type && node.input_size() == inputs && node.output_size() == 1;
  }

  bool at_end() const { return is_next("ReduceL2", 1) && graph_.node(next_).input(0) == current_; }

  // The node is read: what it gives is what the next one takes.
  const onnx::NodeProto& take() {
    const auto& node = graph_.node(next_++);
    current_ = node.output(0);
    return node;
  }

  Layer read_layer() {
    const bool reads_current = next_ < graph_.node_size() && graph_.node(next_).input_size() > 0 &&
                               graph_.node(next_).input(0) == current_;
    if (!reads_current) refuse_node();
    if (is_next("Conv", 3)) return read_convolution_or_block();
    if (is_next("MaxPool", 1)) return read_pool();
    if (is_next("GlobalAveragePool", 1)) {
      take();
      return AveragePoolLayer{};
    }
    if (is_next("Flatten", 1)) {
      require_ints("axis", {1});
      take();
    }
    if (is_next("Gemm", 3)) return read_dense();
    refuse_node();
  }

  // A block is known by its second convolution, which has no ReLU before the sum.
  Layer read_convolution_or_block() {
    const std::string before = current_;
    ConvLayer first = read_convolution();
    if (!first.relu || !is_next("Conv", 3) || graph_.node(next_).input(0) != current_) {
      return first;
    }
    const int start = next_;
    const std::string inner = current_;
    ResidualLayer block{std::move(first), read_convolution(), {}};
    if (block.second.relu) {  // two layers in a row
      next_ = start;
      current_ = inner;
      return std::move(block.first);
    }
    const std::string outer = current_;
    std::string past = before;
    if (is_next("Conv", 3) && graph_.node(next_).input(0) == before) {
      block.shortcut = read_convolution();
      past = current_;
      if (block.shortcut->relu) refuse_node();
    }
    const bool is_sum = is_next("Add", 2) && graph_.node(next_).input(0) == outer &&
                        graph_.node(next_).input(1) == past;
    if (!is_sum) refuse_node();
    take();
    if (!read_relu()) refuse_node();
    return block;
  }

  ConvLayer read_convolution() {
    const auto& node = graph_.node(next_);
    const onnx::TensorProto& weight = weight_of(node.input(1), 4);
    ConvLayer layer;
    layer.out_channels = static_cast<int>(weight.dims(0));
    layer.in_channels = static_cast<int>(weight.dims(1));
    layer.kernel = static_cast<int>(weight.dims(2));
    const std::int64_t pad = layer.kernel / 2;
    if (weight.dims(3) != weight.dims(2) || layer.kernel % 2 == 0) refuse_node();
    require_ints("pads", {pad, pad, pad, pad});
    require_ints("strides", {1, 1});
    require_ints("dilations", {1, 1}, true);
    require_ints("group", {1}, true);
    require_ints("auto_pad", {}, true);
    layer.weight = floats_of(weight);
    layer.bias = floats_of(weight_of(node.input(2), 1));
    if (layer.bias.size() != static_cast<std::size_t>(layer.out_channels)) refuse_node();
    take();
    layer.relu = read_relu();
    return layer;
  }

  MaxPoolLayer read_pool() {
    const onnx::AttributeProto* kernel = attribute("kernel_shape");
    if (kernel == nullptr || kernel->ints_size() != 2) refuse_node();
    const std::int64_t size = kernel->ints(0);
    require_ints("kernel_shape", {size, size});
    require_ints("strides", {size, size});
    require_ints("pads", {0, 0, 0, 0}, true);
    require_ints("ceil_mode", {0}, true);
    require_ints("dilations", {1, 1}, true);
    require_ints("auto_pad", {}, true);
    take();
    return {static_cast<int>(size)};
  }

  DenseLayer read_dense() {
    const auto& node = graph_.node(next_);
    const onnx::TensorProto& weight = weight_of(node.input(1), 2);
    require_ints("transB", {1});
    for (const char* other : {"alpha", "beta", "transA"}) {
      if (attribute(other) != nullptr) refuse_node();
    }
    DenseLayer layer;
    layer.out_features = static_cast<int>(weight.dims(0));
    layer.in_features = static_cast<int>(weight.dims(1));
    layer.weight = floats_of(weight);
    layer.bias = floats_of(weight_of(node.input(2), 1));
    if (layer.bias.size() != static_cast<std::size_t>(layer.out_features)) refuse_node();
    take();
    layer.relu = read_relu();
    return layer;
  }

  // The last two nodes, and nothing behind them.
  void read_normalisation() {
    const std::string features = current_;
    require_ints("axes", {1});
    const std::string length = take().output(0);
    const bool divides = is_next("Div", 2) && graph_.node(next_).input(0) == features &&
                         graph_.node(next_).input(1) == length;
    if (!divides) refuse_node();
    take();
    if (next_ != graph_.node_size() || graph_.output(0).name() != current_) refuse_node();
  }

  bool read_relu() {
    if (!is_next("Relu", 1) || graph_.node(next_).input(0) != current_) return false;
    take();
    return true;
  }

  const onnx::AttributeProto* attribute(std::string_view wanted) const {
    for (const auto& each : graph_.node(next_).attribute()) {
      if (each.name() == wanted) return &each;
    }
    return nullptr;
  }

  void require_ints(std::string_view wanted, const Sides& values, bool may_lack = false) const {
    const onnx::AttributeProto* found = attribute(wanted);
    if (found == nullptr) {
      if (!may_lack) refuse_node();
      return;
    }
    const Sides there = found->ints_size() > 0 ? Sides(found->ints().begin(), found->ints().end())
                                               : Sides{found->i()};
    if (there != values) refuse_node();
  }

  const onnx::TensorProto& weight_of(const std::string& tensor, int sides) const {
    const auto found = weights_.find(tensor);
    const bool fits = found != weights_.end() && found->second->dims_size() == sides &&
                      found->second->data_type() == onnx::TensorProto::FLOAT;
    if (!fits) refuse_node();
    return *found->second;
  }

  // Its shape was compared with its values by require_sound_weights.
  static std::vector<float> floats_of(const onnx::TensorProto& tensor) {
    if (!tensor.has_raw_data()) return {tensor.float_data().begin(), tensor.float_data().end()};
    std::vector<float> values(tensor.raw_data().size() / sizeof(float));
    std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
    return values;
  }

  const onnx::GraphProto& graph_;
  const std::string& name_;
  std::map<std::string_view, const onnx::TensorProto*> weights_;
  std::string current_;  // the tensor that the next layer takes
  int next_ = 0;
};

// The shapes must follow from each other, as no engine has looked at them.
void require_fitting(const EncoderModel& model, const std::string& name) {
  try {
    write_onnx_model(model);
  } catch (const std::exception& e) {
    refuse_model(name, std::string("its layers don't fit together: ") + e.what());
  }
}

}  // namespace

EncoderModel read_onnx_layers(std::span<const std::byte> bytes, const std::string& name) {
  const ModelHeader header = read_onnx_header(bytes, name);
  const onnx::ModelProto proto = parse_model(bytes, name);
  EncoderModel model{header.input, LayerReader(proto.graph(), name).read(), header.notes};
  require_fitting(model, name);
  return model;
}

}  // namespace simdb
