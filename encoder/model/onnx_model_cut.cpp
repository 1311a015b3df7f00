#include "encoder/model/onnx_model_cut.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_head_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

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

void keep_rows(onnx::TensorProto& tensor, std::int64_t rows) {
  const std::size_t row_bytes = tensor.raw_data().size() / static_cast<std::size_t>(tensor.dims(0));
  tensor.mutable_raw_data()->resize(row_bytes * static_cast<std::size_t>(rows));
  tensor.set_dims(0, rows);
}

// Gives the last dense layer fewer outputs.
void cut(onnx::GraphProto& graph, const ModelHeader& header, std::int64_t outputs,
         const std::string& name) {
  const std::optional<DenseEnd> end = find_dense_end(graph);
  if (!end || end->outputs != static_cast<std::int64_t>(header.dimension)) {
    refuse_model(name,
                 "it does not end with a dense layer and L2 normalisation, so it can't be cut");
  }
  keep_rows(*end->weight, outputs);
  keep_rows(*end->bias, outputs);
  // The shapes in between were those of the whole layer.
  graph.clear_value_info();
  auto& type = *graph.mutable_output(0)->mutable_type()->mutable_tensor_type();
  type.mutable_shape()->mutable_dim(1)->set_dim_value(outputs);
}

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
    if (is_model_dimension(each) && each < header.dimension) dimensions.insert(each);
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
                    " floats per image; possible: " + to_text(possible) +
                    (possible.size() > 1 ? "" : " (its note 'nested' names no other length)"));
  }
  if (dimension == header.dimension) return {model.begin(), model.end()};

  onnx::ModelProto proto = parse_model(model, name);
  cut(*proto.mutable_graph(), header, static_cast<std::int64_t>(dimension), name);
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
  return to_bytes_with_checksum(proto);
}

}  // namespace simdb
