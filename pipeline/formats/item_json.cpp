#include "pipeline/formats/item_json.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <span>

#include "core/class_name.h"
#include "pipeline/formats/json_text.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr const char* kSourceBytes = "source_bytes";

}  // namespace

nlohmann::ordered_json to_json(const ItemRecord& item) {
  nlohmann::ordered_json json = {
      {"id", to_number(item.id)},        {"class", item.info.class_name},
      {"source", item.info.source},      {"sha256", to_hex(item.info.digest)},
      {"width", item.info.width},        {"height", item.info.height},
      {"added", iso_time(item.added_ms)}};
  if (item.changed_ms != item.added_ms) json["changed"] = iso_time(item.changed_ms);
  if (!item.info.key.empty()) json["key"] = item.info.key;
  if (!item.info.metadata.empty()) json["metadata"] = to_json(item.info.metadata);
  if (const std::string& source = item.info.source; !is_utf8(source)) {
    json[kSourceBytes] =
        to_hex(std::span(reinterpret_cast<const std::uint8_t*>(source.data()), source.size()));
  }
  return json;
}

std::string source_of(const nlohmann::json& line) {
  if (!line.contains(kSourceBytes)) return line.value("source", "");
  if (!line[kSourceBytes].is_string()) throw Error(ErrorCode::kBadInput, "it is no text");
  const auto hex = line[kSourceBytes].get<std::string>();
  std::string source(hex.size() / 2, '\0');
  bool valid = hex.size() % 2 == 0;
  for (std::size_t i = 0; valid && i < source.size(); ++i) {
    std::uint8_t byte = 0;
    const char* first = hex.data() + 2 * i;
    valid = std::from_chars(first, first + 2, byte, 16).ptr == first + 2;
    source[i] = static_cast<char>(byte);
  }
  if (!valid) {
    throw Error(ErrorCode::kBadInput, "it is not an even number of hexadecimal digits");
  }
  return source;
}

}  // namespace simdb
