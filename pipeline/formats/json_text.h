#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

namespace simdb {

/// JSON without line breaks; bytes that are not UTF-8 become U+FFFD, and characters that
/// printable() escapes become \uNNNN, which a reader turns back into them.
std::string json_text(const nlohmann::ordered_json& value);
/// The same of a text, appended to `out`.
void append_json_text(std::string& out, std::string_view text);
/// A line of json_text().
void print_json(std::ostream& out, const nlohmann::ordered_json& value);

/// 2026-11-23T14:05:06Z from milliseconds since 1970.
std::string iso_time(std::int64_t milliseconds);

}  // namespace simdb
