#include "core/class_name.h"

#include <cstdint>
#include <string>

#include "simdb/error.h"

namespace simdb {
namespace {

constexpr char32_t kInvalid = 0xFFFFFFFF;

// Decodes the code point at `position` and moves past it; kInvalid where the bytes are not UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(position);
  std::size_t length = 0;
  char32_t code = 0;
  char32_t smallest = 0;
  if (lead < 0x80) {
    length = 1, code = lead;
  } else if ((lead & 0xE0) == 0xC0) {
    length = 2, code = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, code = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4, code = lead & 0x07, smallest = 0x10000;
  } else {
    return kInvalid;
  }
  if (position + length > text.size()) return kInvalid;
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t continuation = byte(position + i);
    if ((continuation & 0xC0) != 0x80) return kInvalid;
    code = (code << 6) | (continuation & 0x3F);
  }
  if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kInvalid;
  position += length;
  return code;
}

// The name as printable ASCII, cut to a readable length, for the error message.
std::string quoted(std::string_view name) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "'";
  for (const char c : name.substr(0, 40)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      text += c;
    } else {
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text + (name.size() > 40 ? "...'" : "'");
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t position = 0; position < text.size();) {
    if (next_code_point(text, position) == kInvalid) return false;
  }
  return true;
}

void require_name(std::string_view name, const char* what, std::size_t max_bytes) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::kBadInput,
                std::string(what) + " " + quoted(name) + " can't be used: " + why);
  };
  if (name.empty()) refuse("it is empty");
  if (name.size() > max_bytes) {
    refuse("it has " + std::to_string(name.size()) + " bytes, the limit is " +
           std::to_string(max_bytes));
  }
  for (std::size_t position = 0; position < name.size();) {
    const char32_t code = next_code_point(name, position);
    if (code == kInvalid) refuse("it is not valid UTF-8");
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) refuse("it holds a control character");
  }
}

}  // namespace simdb
