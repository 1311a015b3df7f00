#include "encoder/onnx_model_cut.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "core/digest.h"
#include "core/embedding.h"
#include "core/error.h"
#include "encoder/onnx_model_checks_internal.h"
#include "encoder/onnx_model_graph_internal.h"
#include "encoder/onnx_model_metadata_internal.h"
#include "encoder/onnx_model_seal_internal.h"

namespace simdb {
namespace {

constexpr const char* kNested = "nested";
constexpr const char* kCutFrom = "cut_from";

std::string to_text(std::span<const std::size_t> dimensions) {
  std::string text;
  for (const std::size_t each : dimensions) {
    if (!text.empty()) text += ',';
    text += std::to_string(each);
  }
  return text;
}

// Gives the last dense layer fewer outputs.
class Cutter {
 public:
  Cutter(onnx::GraphProto& graph, std::int64_t from, std::int64_t to, const std::string& name)
      : graph_(graph), from_(from), to_(to), name_(name) {}

  void cut() {
    onnx::ValueInfoProto& output = *graph_.mutable_output(0);
    const onnx::NodeProto& division = maker_of(output.name(), "Div", 2);
    const onnx::NodeProto& length = maker_of(division.input(1), "ReduceL2", 1);
    if (length.input(0) != division.input(0)) refuse();
    const onnx::NodeProto& dense = maker_of(division.input(0), "Gemm", 3);
    const auto is_turned = [](const auto& each) {
      return each.name() == "transB" && each.i() == 1;
    };
    if (dense.attribute_size() != 1 || !is_turned(dense.attribute(0))) refuse();
    cut_rows(dense.input(1), 2);
    cut_rows(dense.input(2), 1);
    // The shapes in between were those of the whole layer.
    graph_.clear_value_info();
    output.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(
        to_);
  }

 private:
  [[noreturn]] void refuse() const {
    refuse_model(name_,
                 "it does not end with a dense layer and L2 normalisation, so it can't be cut");
  }

  // The node that gives a tensor which nothing else needs than what leads here.
  const onnx::NodeProto& maker_of(const std::string& tensor, const char* type, int inputs) const {
    for (const auto& node : graph_.node()) {
      if (node.output_size() != 1 || node.output(0) != tensor) continue;
      if (node.op_type() != type || node.input_size() != inputs) refuse();
      return node;
    }
    refuse();
  }

  // Keeps the first rows of a weight that is used once.
  void cut_rows(const std::string& tensor, int sides) {
    int uses = 0;
    for (const auto& node : graph_.node()) {
      uses += static_cast<int>(std::ranges::count(node.input(), tensor));
    }
    const auto found = std::ranges::find(*graph_.mutable_initializer(), tensor,
                                         [](const onnx::TensorProto& each) { return each.name(); });
    if (uses != 1 || found == graph_.mutable_initializer()->end() || found->dims_size() != sides ||
        found->dims(0) != from_ || found->data_type() != onnx::TensorProto::FLOAT ||
        !found->has_raw_data()) {
      refuse();
    }
    const std::size_t row_bytes = found->raw_data().size() / static_cast<std::size_t>(from_);
    found->mutable_raw_data()->resize(row_bytes * static_cast<std::size_t>(to_));
    found->set_dims(0, to_);
  }

  onnx::GraphProto& graph_;
  std::int64_t from_;
  std::int64_t to_;
  const std::string& name_;
};

}  // namespace

std::vector<std::size_t> nested_dimensions(const ModelHeader& header) {
  std::set<std::size_t> dimensions = {header.dimension};
  const auto note = header.notes.find(kNested);
  if (note == header.notes.end()) return {header.dimension};
  const char* at = note->second.data();
  const char* const end = at + note->second.size();
  while (at != end) {
    std::size_t each = 0;
    const auto [next, error] = std::from_chars(at, end, each);
    // A note is free text: one that is no list of numbers promises nothing.
    if (error != std::errc() || (next != end && *next != ',')) return {header.dimension};
    if (is_valid_dimension(each) && each < header.dimension) dimensions.insert(each);
    at = next == end ? end : next + 1;
  }
  return {dimensions.begin(), dimensions.end()};
}

std::vector<std::byte> cut_onnx_model(std::span<const std::byte> model, std::size_t dimension,
                                      const std::string& name) {
  const ModelHeader header = read_onnx_header(model, name);
  const std::vector<std::size_t> possible = nested_dimensions(header);
  if (std::ranges::find(possible, dimension) == possible.end()) {
    throw Error(ErrorCode::kUsage,
                name + " can't give " + std::to_string(dimension) +
                    " floats an image; possible: " + to_text(possible) +
                    (possible.size() > 1 ? "" : " (its note 'nested' names no other length)"));
  }
  if (dimension == header.dimension) return {model.begin(), model.end()};

  onnx::ModelProto proto = parse_model(model, name);
  Cutter(*proto.mutable_graph(), static_cast<std::int64_t>(header.dimension),
         static_cast<std::int64_t>(dimension), name)
      .cut();
  std::map<std::string, std::string> notes = header.notes;
  notes.erase(kNested);
  const std::span shorter(possible.begin(), std::ranges::find(possible, dimension) + 1);
  if (shorter.size() > 1) notes[kNested] = to_text(shorter);
  notes[kCutFrom] = to_hex(sha256(model)) + ", " + std::to_string(header.dimension) + " floats";

  const std::vector<onnx::StringStringEntryProto> properties(proto.metadata_props().begin(),
                                                             proto.metadata_props().end());
  proto.clear_metadata_props();
  add_metadata(proto, header.input, notes);
  for (const auto& property : properties) {
    if (!property.key().starts_with(kMetadataPrefix)) *proto.add_metadata_props() = property;
  }
  return to_sealed_bytes(proto);
}

}  // namespace simdb
