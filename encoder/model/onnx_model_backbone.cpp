#include "encoder/model/onnx_model_backbone.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"
#include "encoder/model/onnx_model_outputs_internal.h"
#include "encoder/model/onnx_model_rewrite_internal.h"
#include "encoder/model/trained_on.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Since version 4 a weight need not be listed among the inputs; those of the head are not.
constexpr std::int64_t kLeastIrVersion = 4;

class BackboneReader {
 public:
  BackboneReader(std::span<const std::byte> bytes, const std::string& name)
      : name_(name), model_(parse_model(bytes, name)), graph_(*model_.mutable_graph()) {
    require_whole(bytes, model_, name_);
    require_standard_operators(model_, RunnerKind::kOnnxRuntime, name_);
    require_sound_weights(graph_, name_);
  }
  BackboneReader(const BackboneReader&) = delete;
  BackboneReader& operator=(const BackboneReader&) = delete;

  BackboneInput read_input(const std::string& output) {
    BackboneInput input;
    if (own_head()) input.embedding = graph_.output(0).name();
    keep_needed(graph_, choose_output(output).name, name_);
    const auto& shape = image_shape();
    input.channels = fixed_side(shape.dim(1));
    input.height = fixed_side(shape.dim(2));
    input.width = fixed_side(shape.dim(3));
    return input;
  }

  /// Returns the output.
  FeatureTensor cut(const InputSpec& spec, const std::string& wanted) {
    const FeatureTensor chosen = choose_output(wanted);
    const std::string& output = chosen.name;
    keep_needed(graph_, output, name_);
    onnx::TensorShapeProto& shape = image_shape();
    const bool fits = can_be(shape.dim(1), spec.channels) && can_be(shape.dim(2), spec.height) &&
                      can_be(shape.dim(3), spec.width);
    if (!fits) {
      refuse("it takes images of " + sides_text(shape) + ", not of " +
             std::to_string(spec.channels) + " x " + std::to_string(spec.height) + " x " +
             std::to_string(spec.width) +
             " (channels x height x width); choose the model's size and channels");
    }
    free_reshapes(graph_, fixed_side(shape.dim(0)));
    keep_needed(graph_, output, name_);  // the nodes that the shapes came from go
    if (graph_.input_size() == 0) {
      refuse("its tensor '" + output + "' depends on the size of the images only");
    }
    const std::string image = graph_.input(0).name();
    graph_.clear_input();
    describe_value(*graph_.add_input(), image, {spec.channels, spec.height, spec.width});
    onnx::ValueInfoProto& features = *graph_.add_output();
    features.set_name(output);
    auto& type = *features.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape();  // OpenCV asks that there is one, not what it is
    model_.set_ir_version(std::max<std::int64_t>(model_.ir_version(), kLeastIrVersion));
    return chosen;
  }

  /// Before anything is cut.
  std::optional<OwnHead> own_head() { return find_own_head(model_); }

  std::string note(std::string_view name) const {
    const std::string key = std::string(kMetadataPrefix) + std::string(name);
    for (const auto& property : model_.metadata_props()) {
      if (property.key() == key) return property.value();
    }
    return {};
  }

  const onnx::ModelProto& model() const { return model_; }

 private:
  [[noreturn]] void refuse(const std::string& why) const { refuse_model(name_, why); }

  FeatureTensor choose_output(const std::string& wanted) const {
    if (graph_.output_size() == 0) refuse("it has no output");
    const FeatureTensor chosen =
        wanted.empty() ? choose_features(graph_) : FeatureTensor{wanted, {}};
    const std::string& output = chosen.name;
    const auto gives = [&](const onnx::NodeProto& node) {
      return std::ranges::find(node.output(), output) != node.output().end();
    };
    if (std::ranges::none_of(graph_.node(), gives)) {
      std::string known;
      for (const auto& value : graph_.output()) known += " '" + value.name() + "'";
      refuse("it has no tensor '" + output + "'; its outputs are" + known +
             ", and any tensor between its nodes can be named");
    }
    for (const auto* values : {&graph_.output(), &graph_.value_info()}) {
      for (const auto& value : *values) {
        const auto type = value.type().tensor_type().elem_type();
        if (value.name() == output && type != onnx::TensorProto::FLOAT &&
            type != onnx::TensorProto::UNDEFINED) {
          refuse("its tensor '" + output + "' does not hold floats; name one that does");
        }
      }
    }
    return chosen;
  }

  onnx::TensorShapeProto& image_shape() {
    if (graph_.input_size() != 1) {
      refuse("it takes " + std::to_string(graph_.input_size()) +
             " inputs; a backbone takes one, the images");
    }
    auto& type = *graph_.mutable_input(0)->mutable_type()->mutable_tensor_type();
    if (type.elem_type() != onnx::TensorProto::FLOAT) refuse("its input does not take floats");
    if (type.shape().dim_size() != 4) {
      refuse("its input has " + std::to_string(type.shape().dim_size()) +
             " dimensions; a backbone takes N x channels x height x width");
    }
    const int channels = fixed_side(type.shape().dim(1));
    if (channels != 0 && channels != 1 && channels != 3) {
      const int last = fixed_side(type.shape().dim(3));
      refuse("its input has " + std::to_string(channels) + " channels, 1 or 3 are possible" +
             (last == 1 || last == 3 ? "; export it with channels first (NCHW)" : ""));
    }
    return *type.mutable_shape();
  }

  int fixed_side(const onnx::TensorShapeProto::Dimension& side) const {
    const std::int64_t value = side.has_dim_value() ? side.dim_value() : 0;
    if (value > std::numeric_limits<int>::max()) refuse("its input has an impossible size");
    return static_cast<int>(std::max<std::int64_t>(value, 0));  // -1 and 0 are written for "any"
  }

  bool can_be(const onnx::TensorShapeProto::Dimension& side, int wanted) const {
    const int fixed = fixed_side(side);
    return fixed == 0 || fixed == wanted;
  }

  std::string sides_text(const onnx::TensorShapeProto& shape) const {
    std::string text;
    for (int i = 1; i < 4; ++i) {
      const int side = fixed_side(shape.dim(i));
      text += (i > 1 ? " x " : "") + (side > 0 ? std::to_string(side) : "any");
    }
    return text;
  }

  std::string name_;
  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
};

}  // namespace

BackboneInput read_backbone_input(std::span<const std::byte> bytes, const std::string& name) {
  return BackboneReader(bytes, name).read_input({});
}

Backbone read_backbone(std::span<const std::byte> bytes, const std::string& name,
                       const InputSpec& input, const std::string& output) {
  require_valid(input);
  BackboneReader reader(bytes, name);
  Backbone backbone;
  backbone.name = name;
  backbone.digest = to_hex(sha256(bytes));
  std::optional<OwnHead> own = reader.own_head();
  const bool is_own = own && (output.empty() || output == own->input);
  FeatureTensor chosen = reader.cut(input, is_own ? own->input : output);
  backbone.output = std::move(chosen.name);
  backbone.reason = std::move(chosen.reason);
  if (is_own) {
    backbone.own_head = std::move(own->dense);
    if (output.empty()) backbone.reason = "it is what the head of this encoder reads";
  }
  backbone.trained_on = reader.note(kTrainedOnNote);
  backbone.input = input;
  backbone.runners = find_runners(reader.model(), name);
  backbone.model = to_bytes(reader.model());
  return backbone;
}

void pool_output(Backbone& backbone) {
  onnx::ModelProto model = parse_model(backbone.model, backbone.name);
  onnx::GraphProto& graph = *model.mutable_graph();
  GraphBuilder builder(graph, unused_prefix(graph));
  const std::string pooled = builder.add("GlobalAveragePool", {graph.output(0).name()});
  graph.mutable_output(0)->set_name(builder.add("Flatten", {pooled}, {{"axis", {1}, false}}));
  backbone.model = to_bytes(model);
}

void take_roots(Backbone& backbone) {
  constexpr float kTiny = 1e-12F;  // a row of zeros gets a length instead of becoming NaN
  onnx::ModelProto model = parse_model(backbone.model, backbone.name);
  onnx::GraphProto& graph = *model.mutable_graph();
  GraphBuilder builder(graph, unused_prefix(graph), opset_of(model));
  const std::string positive = builder.add("Relu", {graph.output(0).name()});
  const std::string above =
      builder.add("Add", {positive, builder.add_tensor("tiny", {1}, {kTiny})});
  const std::string roots = builder.add("Sqrt", {above});
  const std::string length = builder.add_lengths(roots);
  graph.mutable_output(0)->set_name(builder.add("Div", {roots, length}));
  backbone.model = to_bytes(model);
  backbone.has_roots = true;
}

std::vector<std::byte> write_backbone_model(const Backbone& backbone,
                                            std::span<const DenseLayer> head,
                                            const std::map<std::string, std::string>& notes) {
  if (backbone.features == 0) refuse_export("its backbone was never run");
  if (head.empty()) refuse_export("the last layer must be dense");
  onnx::ModelProto model = parse_model(backbone.model, backbone.name);
  onnx::GraphProto& graph = *model.mutable_graph();
  std::string current = graph.output(0).name();
  graph.clear_output();
  const std::string prefix = unused_prefix(graph);
  GraphBuilder builder(graph, prefix, opset_of(model));
  auto features = static_cast<std::int64_t>(backbone.features);
  for (const DenseLayer& dense : head) {
    if (dense.in_features != features) refuse_export("a dense layer that does not fit its input");
    current = builder.add_dense(current, dense);
    features = dense.out_features;
  }
  builder.finish(current, features, prefix + "embedding");
  if (backbone.one_at_a_time) {
    for (auto* value : {graph.mutable_input(0), graph.mutable_output(0)}) {
      auto& type = *value->mutable_type()->mutable_tensor_type();
      type.mutable_shape()->mutable_dim(0)->set_dim_value(1);
    }
  }

  // The backbone's own properties (its licence, say) stay; simdb.* are those of the merged model.
  std::vector<onnx::StringStringEntryProto> properties(model.metadata_props().begin(),
                                                       model.metadata_props().end());
  model.clear_metadata_props();
  std::map<std::string, std::string> all_notes = notes;
  const bool is_new = all_notes
                          .emplace("backbone", backbone.name + ", SHA-256 " + backbone.digest +
                                                   ", tensor '" + backbone.output + "'" +
                                                   (backbone.has_roots ? ", square roots" : ""))
                          .second;
  if (!is_new) refuse_export("a note can't be named backbone");
  std::string& trained_on = all_notes[std::string(kTrainedOnNote)];
  trained_on = join_trained_on(trained_on, backbone.trained_on);
  if (trained_on.empty()) all_notes.erase(std::string(kTrainedOnNote));
  add_metadata(model, backbone.input, all_notes);
  for (const auto& property : properties) {
    if (!property.key().starts_with(kMetadataPrefix)) *model.add_metadata_props() = property;
  }
  return to_bytes_with_checksum(model);
}

}  // namespace simdb
