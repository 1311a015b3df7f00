#include "pipeline/formats/json_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/printable.h"

namespace simdb {

std::string json_text(const nlohmann::ordered_json& value) {
  // The library leaves everything from DEL on as it is. It can only stand in strings.
  return escape_unprintable(
      value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
      [](std::string& safe, std::string_view sequence) {
        const char32_t code = code_point(sequence);
        if (code < 0x10000) {
          safe += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
        } else {
          safe += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + ((code - 0x10000U) >> 10),
                              0xDC00U + ((code - 0x10000U) & 0x3FFU));
        }
      });
}

void append_json_text(std::string& out, std::string_view text) {
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (!is_plain) {
    out += json_text(nlohmann::ordered_json(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void print_json(std::ostream& out, const nlohmann::ordered_json& value) {
  out << json_text(value) << '\n';
}

std::string iso_time(std::int64_t milliseconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)));
}

}  // namespace simdb
