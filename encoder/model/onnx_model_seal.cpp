#include <algorithm>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_model_seal_internal.h"
#include "simdb/digest.h"

namespace simdb {
namespace {

// A field metadata_props of ModelProto, serialised.
std::string seal_of(std::span<const std::byte> bytes) {
  onnx::ModelProto seal;
  onnx::StringStringEntryProto& property = *seal.add_metadata_props();
  property.set_key(std::string(kDigestKey));
  property.set_value(to_hex(sha256(bytes)));
  return seal.SerializeAsString();
}

}  // namespace

std::vector<std::byte> to_sealed_bytes(const onnx::ModelProto& model) {
  std::vector<std::byte> bytes = to_bytes(model);
  const std::string seal = seal_of(bytes);
  const auto view = std::as_bytes(std::span(seal));
  bytes.insert(bytes.end(), view.begin(), view.end());
  return bytes;
}

void require_whole(std::span<const std::byte> bytes, const onnx::ModelProto& model,
                   const std::string& name) {
  const auto& properties = model.metadata_props();
  const bool is_sealed = std::any_of(properties.begin(), properties.end(), [](const auto& entry) {
    return entry.key() == kChecksumKey || entry.key() == kDigestKey;
  });
  if (!is_sealed) return;
  const std::size_t seal_bytes = seal_of({}).size();  // the same for all
  if (bytes.size() > seal_bytes) {
    const std::string seal = seal_of(bytes.first(bytes.size() - seal_bytes));
    if (std::ranges::equal(bytes.last(seal_bytes), std::as_bytes(std::span(seal)))) return;
  }
  refuse_model(name,
               "it is damaged: its SHA-256 (simdb.sha256) does not hold; get the file anew. If it "
               "was changed on purpose, take simdb.checksum and simdb.sha256 out of it");
}

}  // namespace simdb
