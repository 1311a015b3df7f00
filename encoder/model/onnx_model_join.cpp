#include "encoder/model/onnx_model_join.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"
#include "encoder/model/onnx_model_opset_internal.h"
#include "encoder/model/trained_on.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr const char* kImage = "image";
constexpr const char* kFeatures = "features";

[[noreturn]] void refuse_pair(const Backbone& one, const Backbone& other, const std::string& why) {
  refuse_model(other.name, "it can't stand beside " + one.name + ": " + why);
}

std::string sides(const InputSpec& input) {
  return std::to_string(input.width) + " x " + std::to_string(input.height);
}

InputSpec common_input(std::span<const Backbone> parts) {
  InputSpec input = parts[0].input;
  for (const Backbone& part : parts) {
    const InputSpec& own = part.input;
    if (own.width * input.height != own.height * input.width) {
      refuse_pair(parts[0], part,
                  "images of " + sides(own) + " and of " + sides(input) +
                      " pixels have different aspect ratios");
    }
    input.width = std::max(input.width, own.width);
    input.height = std::max(input.height, own.height);
    if (own.channels > input.channels) {
      input.channels = own.channels;
      input.mean = own.mean;
      input.scale = own.scale;
    }
  }
  return input;
}

/// `from` values become `to` by area averaging: from x to.
std::vector<float> shrinking_weights(int from, int to) {
  std::vector<float> weights(static_cast<std::size_t>(from) * static_cast<std::size_t>(to));
  const double share = static_cast<double>(from) / to;
  for (int out = 0; out < to; ++out) {
    for (int in = 0; in < from; ++in) {
      const double overlap =
          std::min<double>(in + 1, (out + 1) * share) - std::max<double>(in, out * share);
      if (overlap > 0) weights[static_cast<std::size_t>(in) * to + out] = float(overlap / share);
    }
  }
  return weights;
}

/// What a network sees of the common image, whose values are normalised for another.
class View {
 public:
  View(GraphBuilder& builder, const InputSpec& from) : builder_(builder), from_(from) {}

  std::string add(const InputSpec& to) {
    std::string seen = kImage;
    if (to.width != from_.width) seen = shrink(seen, from_.width, to.width);
    if (to.height != from_.height) {
      const auto turned = [&](const std::string& planes) {
        return builder_.add("Transpose", {planes}, {{"perm", {0, 1, 3, 2}}});
      };
      seen = turned(shrink(turned(seen), from_.height, to.height));
    }
    const bool is_same =
        to.channels == from_.channels && to.mean == from_.mean && to.scale == from_.scale;
    return is_same ? seen : builder_.add_pixel_change(seen, from_, to);
  }

 private:
  std::string shrink(const std::string& planes, int from, int to) {
    return builder_.add(
        "MatMul", {planes, builder_.add_tensor("shrink", {from, to}, shrinking_weights(from, to))});
  }

  GraphBuilder& builder_;
  const InputSpec& from_;
};

/// Appends the nodes and weights of a part behind the tensor `seen`, every name behind `prefix`.
/// Returns the tensor of its features.
std::string add_part(onnx::GraphProto& graph, onnx::GraphProto& part, const std::string& prefix,
                     const std::string& seen) {
  const std::string image = part.input(0).name();
  const auto renamed = [&](const std::string& tensor) {
    if (tensor.empty()) return tensor;  // an optional input left out
    return tensor == image ? seen : prefix + tensor;
  };
  for (auto& tensor : *part.mutable_initializer()) {
    tensor.set_name(renamed(tensor.name()));
    *graph.add_initializer() = std::move(tensor);
  }
  for (auto& node : *part.mutable_node()) {
    if (!node.name().empty()) node.set_name(prefix + node.name());  // OpenCV asks for others' names
    for (auto& tensor : *node.mutable_input()) tensor = renamed(tensor);
    for (auto& tensor : *node.mutable_output()) tensor = renamed(tensor);
    *graph.add_node() = std::move(node);
  }
  return renamed(part.output(0).name());
}

/// The parts, all of one opset: the newest of theirs in which all mean the same.
std::vector<onnx::ModelProto> parse_alike(std::span<const Backbone> parts) {
  std::vector<onnx::ModelProto> parsed;
  std::set<std::int64_t, std::greater<>> opsets;
  for (const Backbone& part : parts) {
    opsets.insert(opset_of(parsed.emplace_back(parse_model(part.model, part.name))));
  }
  std::string all;
  for (const std::int64_t opset : opsets) {
    std::vector<onnx::ModelProto> models = parsed;
    const auto is_changed = [&](onnx::ModelProto& model) { return change_opset(model, opset); };
    if (std::ranges::all_of(models, is_changed)) return models;
    all += (all.empty() ? "" : " and ") + std::to_string(opset);
  }
  refuse_pair(parts.front(), parts.back(),
              "their operators of opsets " + all + " differ; export them with the same one");
}

}  // namespace

Backbone join_backbones(std::span<const Backbone> parts) {
  if (parts.size() < 2) throw Error(ErrorCode::kUsage, "one network alone can't be joined");
  Backbone joined;
  joined.input = common_input(parts);
  joined.output = kFeatures;
  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("networks side by side");
  describe_value(*graph.add_input(), kImage,
                 {joined.input.channels, joined.input.height, joined.input.width});
  std::map<std::string, std::set<std::string>> properties;  // licences, say
  std::vector<std::string> tensors;
  std::int64_t features = 0;
  std::vector<onnx::ModelProto> models = parse_alike(parts);
  const std::int64_t opset = opset_of(models[0]);
  model.add_opset_import()->set_version(opset);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Backbone& part = parts[i];
    if (part.features == 0) throw Error(ErrorCode::kUsage, part.name + " was never run");
    model.set_ir_version(std::max(model.ir_version(), models[i].ir_version()));
    for (const auto& property : models[i].metadata_props()) {
      if (!property.key().starts_with(kMetadataPrefix)) {
        properties[property.key()].insert(property.value());
      }
    }
    const std::string prefix = std::to_string(i + 1) + "/";
    GraphBuilder builder(graph, "join" + prefix, opset);
    const std::string seen = View(builder, joined.input).add(part.input);
    tensors.push_back(
        builder.add_normalisation(add_part(graph, *models[i].mutable_graph(), prefix, seen)));
    joined.name += (i == 0 ? "" : " + ") + part.name;
    joined.one_at_a_time = joined.one_at_a_time || part.one_at_a_time;
    joined.trained_on = join_trained_on(joined.trained_on, part.trained_on);
    features += static_cast<std::int64_t>(part.features);
  }
  GraphBuilder(graph, "join/", opset).add_concat(tensors, kFeatures);
  describe_value(*graph.add_output(), kFeatures, {features});
  for (const auto& [key, values] : properties) {
    auto& property = *model.add_metadata_props();
    property.set_key(key);
    for (const std::string& value : values) {
      *property.mutable_value() += (property.value().empty() ? "" : "; ") + value;
    }
  }
  joined.runners = find_runners(model, joined.name);
  joined.model = to_bytes(model);
  joined.digest = to_hex(sha256(joined.model));
  return joined;
}

}  // namespace simdb
