#include <algorithm>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "simdb/digest.h"

namespace simdb {
namespace {

// A field metadata_props of ModelProto, serialised.
std::string checksum_field_of(std::span<const std::byte> bytes) {
  onnx::ModelProto field;
  onnx::StringStringEntryProto& property = *field.add_metadata_props();
  property.set_key(std::string(kDigestKey));
  property.set_value(to_hex(sha256(bytes)));
  return field.SerializeAsString();
}

}  // namespace

std::vector<std::byte> to_bytes_with_checksum(const onnx::ModelProto& model) {
  std::vector<std::byte> bytes = to_bytes(model);
  const std::string field = checksum_field_of(bytes);
  const auto view = std::as_bytes(std::span(field));
  bytes.insert(bytes.end(), view.begin(), view.end());
  return bytes;
}

void require_whole(std::span<const std::byte> bytes, const onnx::ModelProto& model,
                   const std::string& name) {
  const auto& properties = model.metadata_props();
  const bool has_checksum = std::any_of(
      properties.begin(), properties.end(),
      [](const auto& entry) { return entry.key() == kChecksumKey || entry.key() == kDigestKey; });
  if (!has_checksum) return;
  const std::size_t field_bytes = checksum_field_of({}).size();  // the same for all
  if (bytes.size() > field_bytes) {
    const std::string field = checksum_field_of(bytes.first(bytes.size() - field_bytes));
    if (std::ranges::equal(bytes.last(field_bytes), std::as_bytes(std::span(field)))) return;
  }
  refuse_model(
      name,
      "it is damaged: its SHA-256 (simdb.sha256) does not match; get the file again. If it "
      "was changed on purpose, take simdb.checksum and simdb.sha256 out of it");
}

}  // namespace simdb
