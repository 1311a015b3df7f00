#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "encoder/model/onnx_model_head_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_model_outputs_internal.h"

namespace simdb {
namespace {

// ImageNet's 1,000 classes, with a background, and the two counts of its 21,841 in use.
constexpr std::array<std::int64_t, 4> kImageNetClasses = {1000, 1001, 21841, 21843};

class Producers {
 public:
  explicit Producers(const onnx::GraphProto& graph) {
    for (const auto& tensor : graph.initializer()) weights_[tensor.name()] = &tensor;
    for (const auto& node : graph.node()) {
      for (const auto& output : node.output()) nodes_[output] = &node;
    }
  }
  const onnx::NodeProto* of(const std::string& tensor) const { return find(nodes_, tensor); }
  const onnx::TensorProto* weight(const std::string& tensor) const {
    return find(weights_, tensor);
  }

 private:
  template <typename Value>
  static Value find(const std::map<std::string, Value>& all, const std::string& name) {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
  }

  std::map<std::string, const onnx::NodeProto*> nodes_;
  std::map<std::string, const onnx::TensorProto*> weights_;
};

std::int64_t integer(const onnx::NodeProto& node, const char* name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return attribute.i();
  }
  return 0;
}

// How many numbers a layer makes, one per class; 0 for other nodes.
std::int64_t classes_of(const onnx::NodeProto& node, const Producers& producers) {
  if (node.input_size() < 2) return 0;
  const auto* weight = producers.weight(node.input(1));
  if (weight == nullptr || weight->dims_size() < 2) return 0;
  const std::string& type = node.op_type();
  if (type == "Conv") return weight->dims(0);
  if (type == "MatMul") return weight->dims(1);
  if (type == "Gemm") return weight->dims(integer(node, "transB") == 1 ? 0 : 1);
  return 0;
}

struct Scores {
  std::int64_t classes;
  std::string input;  // what they are computed from
};

// Class scores are the last dense layer or convolution, perhaps behind what does not mix them.
std::optional<Scores> scores(const std::string& output, const Producers& producers) {
  constexpr int kMostSteps = 8;
  constexpr std::array<std::string_view, 11> kPassed = {
      "Softmax",           "LogSoftmax", "Identity", "Flatten", "Reshape",  "Squeeze",
      "GlobalAveragePool", "Relu",       "Dropout",  "Cast",    "Unsqueeze"};
  bool has_softmax = false;
  std::string tensor = output;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto* node = producers.of(tensor);
    if (node == nullptr || node->input_size() == 0) return {};
    const std::string& type = node->op_type();
    if (const std::int64_t classes = classes_of(*node, producers); classes > 0) {
      if (!has_softmax && std::ranges::find(kImageNetClasses, classes) == kImageNetClasses.end()) {
        return {};
      }
      return Scores{classes, node->input(0)};
    }
    has_softmax = has_softmax || type == "Softmax" || type == "LogSoftmax";
    if (type == "Add" && node->input_size() == 2) {  // a bias
      const bool is_first = producers.weight(node->input(0)) != nullptr;
      if (!is_first && producers.weight(node->input(1)) == nullptr) return {};
      tensor = node->input(is_first ? 1 : 0);
    } else if (std::ranges::find(kPassed, type) != kPassed.end()) {
      tensor = node->input(0);
    } else {
      return {};
    }
  }
  return {};
}

struct Output {
  std::string name;
  int dimensions = 0;      // 0: not told
  std::int64_t width = 0;  // floats, or channels; 0: not told
  std::optional<Scores> scores = {};

  // Rows before planes before what can't be features.
  std::pair<int, std::int64_t> rank() const {
    const int kind = dimensions == 2 ? 3 : dimensions == 4 ? 2 : dimensions == 0 ? 1 : 0;
    return {kind, width};
  }
  std::string text() const {
    const std::string size = width > 0 ? std::to_string(width) : "any number of";
    const char* what = scores            ? " class scores"
                       : dimensions == 4 ? " channels"
                       : dimensions == 2 ? " floats"
                                         : "";
    return "'" + name + "'" + (*what == '\0' ? "" : " (" + size + what + ")");
  }
};

Output describe(const onnx::ValueInfoProto& value, const Producers& producers) {
  Output output{value.name()};
  const auto& shape = value.type().tensor_type().shape();
  output.dimensions = shape.dim_size();
  if (shape.dim_size() > 1) output.width = std::max<std::int64_t>(shape.dim(1).dim_value(), 0);
  output.scores = scores(value.name(), producers);
  return output;
}

bool is_own(const onnx::ModelProto& model) {
  return std::ranges::any_of(model.metadata_props(), [](const auto& property) {
    return property.key() == kFormatVersionKey;
  });
}

std::vector<float> floats(const onnx::TensorProto& tensor) {
  std::vector<float> values(tensor.raw_data().size() / sizeof(float));
  std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
  return values;
}

}  // namespace

FeatureTensor choose_features(const onnx::GraphProto& graph) {
  const Producers producers(graph);
  std::vector<Output> outputs;
  for (const auto& value : graph.output()) outputs.push_back(describe(value, producers));
  const Output* best = nullptr;
  for (const Output& output : outputs) {
    if (output.scores) continue;
    if (best == nullptr || output.rank() > best->rank()) best = &output;
  }
  if (best == nullptr) {
    for (const Output& output : outputs) {
      if (!output.scores) continue;
      return {output.scores->input, "its output '" + output.name + "' is " +
                                        std::to_string(output.scores->classes) +
                                        " class scores; this is what they are computed from"};
    }
    return {};
  }
  if (outputs.size() == 1) return {best->name, {}};
  std::string all;
  for (const Output& output : outputs) all += (all.empty() ? "" : ", ") + output.text();
  return {best->name, "of its outputs " + all + " this is the widest row of features"};
}

std::optional<OwnHead> find_own_head(onnx::ModelProto& model) {
  if (!is_own(model) || model.graph().output_size() != 1) return {};
  const std::optional<DenseEnd> end = find_dense_end(*model.mutable_graph());
  if (!end) return {};
  OwnHead head{end->features,
               {static_cast<int>(end->weight->dims(1)), static_cast<int>(end->outputs),
                floats(*end->weight), floats(*end->bias)}};
  const auto outputs = static_cast<std::size_t>(head.dense.out_features);
  const auto inputs = static_cast<std::size_t>(head.dense.in_features);
  if (head.dense.weight.size() != outputs * inputs || head.dense.bias.size() != outputs) return {};
  return head;
}

}  // namespace simdb
