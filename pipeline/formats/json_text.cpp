#include "pipeline/formats/json_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "core/printable.h"

namespace simdb {

void print_json(std::ostream& out, const nlohmann::ordered_json& value) {
  // The library leaves everything from DEL on as it is. It can only stand in strings.
  out << escape_unprintable(
             value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
             [](std::string& safe, std::string_view sequence) {
               const char32_t code = code_point(sequence);
               if (code < 0x10000) {
                 safe += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
               } else {
                 safe += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + ((code - 0x10000U) >> 10),
                                     0xDC00U + ((code - 0x10000U) & 0x3FFU));
               }
             })
      << '\n';
}

std::string iso_time(std::int64_t milliseconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)));
}

}  // namespace simdb
