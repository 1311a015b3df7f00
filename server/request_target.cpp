#include "server/request_target.h"

#include <algorithm>
#include <charconv>

#include "core/class_name.h"

namespace simdb::server {
namespace {

constexpr Refusal kBadEscape{400, "A '%' in the target is not followed by two hex digits."};
constexpr Refusal kBadText{400, "The target does not decode to UTF-8 without NUL."};
constexpr Refusal kDots{400, "The path has a segment '.' or '..'."};
constexpr Refusal kNoName{400, "A parameter of the query has no name."};

// `text` up to `separator`, which is cut off with it.
std::string_view take_until(char separator, std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::optional<Refusal> decode(std::string_view text, std::string& decoded) {
  decoded.reserve(text.size());
  for (; !text.empty(); text.remove_prefix(1)) {
    auto byte = static_cast<unsigned char>(text.front());
    if (byte == '%') {
      const char* const first = text.data() + 1;
      if (text.size() < 3 || std::from_chars(first, first + 2, byte, 16).ptr != first + 2) {
        return kBadEscape;
      }
      text.remove_prefix(2);
    }
    decoded += static_cast<char>(byte);
  }
  if (decoded.find('\0') != std::string::npos || !is_utf8(decoded)) return kBadText;
  return std::nullopt;
}

std::optional<Refusal> read(std::string_view query, Target& target) {
  std::string_view path = take_until('?', query);
  take_until('/', path);
  for (bool is_last = false; !is_last;) {
    is_last = path.find('/') == std::string_view::npos;
    std::string& segment = target.segments.emplace_back();
    if (const auto refusal = decode(take_until('/', path), segment)) return refusal;
    if (segment == "." || segment == "..") return kDots;
  }
  while (!query.empty()) {
    std::string_view value = take_until('&', query);
    Parameter& parameter = target.parameters.emplace_back();
    if (const auto refusal = decode(take_until('=', value), parameter.name)) return refusal;
    if (const auto refusal = decode(value, parameter.value)) return refusal;
    if (parameter.name.empty()) return kNoName;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> Target::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) found.push_back(parameter.value);
  }
  return found;
}

std::variant<Target, Refusal> parse_target(std::string_view target) {
  Target parts;
  if (const auto refusal = read(target, parts)) return *refusal;
  return parts;
}

}  // namespace simdb::server
