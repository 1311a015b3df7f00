#include "pipeline/formats/item_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/class_name.h"
#include "pipeline/formats/json_text.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// In the fewest digits that mean this number.
template <typename T>
void append_number(std::string& out, T number) {
  std::array<char, 32> digits{};
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_float(std::string& out, float number) {
  if (number == 0 && std::signbit(number)) {
    out += "-0.0";  // "-0" would be a whole number, which has no sign
  } else {
    append_number(out, number);
  }
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  append_json_text(out, text);
}

void append_metadata(std::string& out, const Metadata& metadata) {
  char before = '{';
  for (const auto& [name, value] : metadata) {
    out += before;
    before = ',';
    append_json_text(out, name);
    out += ':';
    if (const auto* text = std::get_if<std::string>(&value)) {
      append_json_text(out, *text);
    } else {
      out += to_json(value).dump();
    }
  }
  out += '}';
}

}  // namespace

void append_json_line(std::string& out, const ItemRecord& item, std::span<const float> vector) {
  const ItemInfo& info = item.info;
  out += "{\"id\":";
  append_number(out, to_number(item.id));
  append_field(out, ",\"class\":", info.class_name);
  append_field(out, ",\"source\":", info.source);
  append_field(out, ",\"sha256\":", to_hex(info.digest));
  out += ",\"width\":";
  append_number(out, info.width);
  out += ",\"height\":";
  append_number(out, info.height);
  append_field(out, ",\"added\":", iso_time(item.added_ms));
  if (item.changed_ms != item.added_ms) {
    append_field(out, ",\"changed\":", iso_time(item.changed_ms));
  }
  if (!info.key.empty()) append_field(out, ",\"key\":", info.key);
  if (!info.metadata.empty()) {
    out += ",\"metadata\":";
    append_metadata(out, info.metadata);
  }
  if (!is_utf8(info.source)) {
    append_field(out, ",\"source_bytes\":",
                 to_hex(std::span(reinterpret_cast<const std::uint8_t*>(info.source.data()),
                                  info.source.size())));
  }
  if (!vector.empty()) {
    out += ",\"vector\":";
    char before = '[';
    for (const float value : vector) {
      out += before;
      before = ',';
      append_float(out, value);
    }
    out += ']';
  }
  out += "}\n";
}

std::string source_from_hex(std::string_view hex) {
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
