#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"
#include "encoder/model/onnx_model_plan_internal.h"

namespace simdb {
namespace {

constexpr int kMostNodes = 5'000;  // OpenCV takes time that grows with their square
constexpr int kMostTensors = 20'000;
constexpr std::uint64_t kMostMemory = 512ULL << 20;
// Of tensors that don't depend on the image and are made while OpenCV reads the model.
constexpr std::uint64_t kMostConstants = 64ULL << 20;
constexpr double kMostWork = 24e9;
// ONNX Runtime keeps the channels of images in blocks, the last one padded.
constexpr std::int64_t kChannelBlock = 16;

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

// Blocks of memory as OpenCV deals them out: the smallest free one that is large enough, or a new
// one; none is given back to the system.
class Blocks {
 public:
  // The size of the block that was taken.
  std::uint64_t take(std::uint64_t bytes) {
    const auto found = free_.lower_bound(bytes);
    if (found == free_.end()) {
      total_ += bytes;
      return bytes;
    }
    const std::uint64_t block = *found;
    free_.erase(found);
    return block;
  }
  void give_back(std::uint64_t block) { free_.insert(block); }
  std::uint64_t total() const noexcept { return total_; }

 private:
  std::multiset<std::uint64_t> free_;
  std::uint64_t total_ = 0;
};

class Plan {
 public:
  Plan(const onnx::GraphProto& graph, RunnerKind kind, const std::string& name)
      : graph_(graph), kind_(kind), name_(name) {}

  void follow(const InputSpec& input, std::int64_t rows) {
    for (const auto& tensor : graph_.initializer()) define(tensor.name(), facts_of(tensor));
    for (const auto& value : graph_.input()) {
      if (tensors_.contains(value.name())) continue;  // a weight that is listed too
      TensorFacts image{{rows, input.channels, input.height, input.width}};
      take(define(value.name(), std::move(image)));
    }
    for (const auto& node : graph_.node()) {
      for (const auto& used : node.input()) ++uses_[used];
    }
    for (const auto& value : graph_.output()) ++uses_[value.name()];
    for (const auto& node : graph_.node()) run(node);
    for (const auto& value : graph_.output()) {
      if (!tensors_.contains(value.name())) {
        refuse_model(name_, "nothing gives its output '" + value.name() + "'");
      }
    }
    if (work_ > kMostWork * static_cast<double>(rows)) {
      refuse_model(name_, "it needs " + std::to_string(static_cast<long>(work_ / 1e9) / rows) +
                              " thousand million operations an image, more than 24");
    }
  }

 private:
  struct Tensor {
    TensorFacts facts;
    std::uint64_t block = 0;  // bytes that OpenCV keeps for it
  };

  Tensor& define(const std::string& name, TensorFacts facts) {
    if (name.empty()) refuse_model(name_, "a tensor has no name");
    const auto [at, is_new] = tensors_.try_emplace(name, Tensor{std::move(facts)});
    if (!is_new) refuse_model(name_, "the name '" + name + "' is given twice");
    return at->second;
  }

  // What a node says, with its name in front.
  OperatorFacts apply(const onnx::NodeProto& node) const {
    std::vector<const TensorFacts*> inputs;
    for (const auto& used : node.input()) {
      if (used.empty()) {
        inputs.push_back(nullptr);
        continue;
      }
      const auto found = tensors_.find(used);
      if (found == tensors_.end()) {
        refuse_model(name_,
                     "it is damaged: nothing gives the tensor '" + used + "' before it is used");
      }
      inputs.push_back(&found->second.facts);
    }
    try {
      return apply_operator(node, inputs, kind_);
    } catch (const Error& e) {
      refuse_model(name_, "its node '" + node.name() + "' (" + node.op_type() + "): " + e.what());
    }
  }

  void run(const onnx::NodeProto& node) {
    OperatorFacts facts = apply(node);
    work_ += facts.work;
    std::uint64_t scratch = bytes_of(facts.scratch);
    if (kind_ == RunnerKind::kOnnxRuntime && node.input_size() > 0) {
      const auto input = tensors_.find(node.input(0));  // may be copied into another layout
      if (input != tensors_.end()) scratch += bytes_of(stored_values(input->second.facts));
    }
    for (int i = 0; i < node.output_size(); ++i) {
      if (node.output(i).empty()) continue;
      Tensor& made = define(node.output(i), std::move(facts.outputs[static_cast<std::size_t>(i)]));
      take(made);
    }
    if (scratch > 0) blocks_.give_back(blocks_.take(scratch));
    require_affordable();
    for (const auto& used : node.input()) {
      if (used.empty() || --uses_.at(used) > 0) continue;
      Tensor& tensor = tensors_.at(used);
      if (tensor.block > 0) blocks_.give_back(tensor.block);
    }
  }

  void take(Tensor& tensor) {
    const std::uint64_t bytes = bytes_of(stored_values(tensor.facts));
    if (tensor.facts.is_constant) {
      constants_ += bytes;
    } else {
      tensor.block = blocks_.take(bytes);
    }
    require_affordable();
  }

  // With the padding.
  std::uint64_t stored_values(const TensorFacts& facts) const {
    if (kind_ == RunnerKind::kOpenCv || facts.is_constant || facts.sides.size() != 4) {
      return facts.count();
    }
    TensorFacts padded{facts.sides};
    padded.sides[1] = (padded.sides[1] + kChannelBlock - 1) / kChannelBlock * kChannelBlock;
    return padded.count();
  }

  static std::uint64_t bytes_of(std::uint64_t values) { return values * sizeof(float); }

  void require_affordable() const {
    if (blocks_.total() > kMostMemory) {
      refuse_model(name_, "it needs " + megabytes(blocks_.total()) + " of memory, more than " +
                              megabytes(kMostMemory));
    }
    if (constants_ > kMostConstants) {
      refuse_model(name_, "it makes " + megabytes(constants_) + " of constants, more than " +
                              megabytes(kMostConstants));
    }
  }

  const onnx::GraphProto& graph_;
  RunnerKind kind_;
  const std::string& name_;
  std::unordered_map<std::string, Tensor> tensors_;
  std::unordered_map<std::string, std::int64_t> uses_;
  Blocks blocks_;
  std::uint64_t constants_ = 0;
  double work_ = 0;
};

// What OpenCV has worked out while it reads a model stays as it is; ONNX Runtime works shapes out
// anew for each batch, so a graph could take little for a whole batch and much for another one.
void follow(const onnx::ModelProto& model, const InputSpec& input, std::int64_t rows,
            RunnerKind kind, const std::string& name) {
  require_standard_operators(model, kind, name);
  const bool asks = std::ranges::any_of(model.graph().node(),
                                        [](const auto& node) { return node.op_type() == "Shape"; });
  const bool is_anew = kind == RunnerKind::kOnnxRuntime && asks;
  for (std::int64_t each = is_anew ? 1 : rows; each <= rows; ++each) {
    Plan(model.graph(), kind, name).follow(input, each);
  }
}

}  // namespace

std::vector<RunnerKind> require_runnable(const onnx::ModelProto& model, const InputSpec& input,
                                         std::int64_t rows, const std::string& name) {
  const onnx::GraphProto& graph = model.graph();
  if (graph.node_size() > kMostNodes || graph.initializer_size() > kMostTensors ||
      graph.input_size() > kMostTensors) {
    refuse_model(name, "it has " + std::to_string(graph.node_size()) + " nodes and " +
                           std::to_string(graph.initializer_size()) + " weights; at most " +
                           std::to_string(kMostNodes) + " and " + std::to_string(kMostTensors) +
                           " are read");
  }
  if (model.functions_size() > 0 || model.training_info_size() > 0) {
    refuse_model(name, "it has functions or training steps; export it for inference");
  }
  std::vector<RunnerKind> runners;
  std::string refusal;  // ONNX Runtime's where that is built in, else OpenCV's
  for (const RunnerKind kind : {RunnerKind::kOpenCv, RunnerKind::kOnnxRuntime}) {
    if (kind == RunnerKind::kOnnxRuntime && !has_onnx_runtime() && refusal.empty()) continue;
    try {
      follow(model, input, rows, kind, name);
      runners.push_back(kind);
    } catch (const Error& e) {
      if (refusal.empty() || has_onnx_runtime()) refusal = e.what();
    }
  }
  if (runners.empty()) throw Error(ErrorCode::kBadInput, refusal);
  if (runners.front() == RunnerKind::kOnnxRuntime && !has_onnx_runtime()) {
    throw Error(ErrorCode::kBadInput, refusal +
                                          "; or build simdb with ONNX Runtime, which runs this "
                                          "model (docs/backbones.md)");
  }
  return runners;
}

}  // namespace simdb
