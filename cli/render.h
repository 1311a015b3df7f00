#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

namespace simdb::cli {

/// Text that can't harm a terminal or hide something there: control characters, what breaks lines,
/// bidirectional marks, invisible characters and bytes that are not UTF-8 become \xNN escapes.
std::string printable(std::string_view text);

/// One line of JSON; bytes that are not UTF-8 become U+FFFD, and characters that printable()
/// escapes become \uNNNN, which a reader turns back into them.
void print_json(std::ostream& out, const nlohmann::ordered_json& value);

/// "1 image", "2 images", "3 classes".
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural);

/// "97.5 %".
std::string percent(double share);

/// "1.4 MB".
std::string byte_size(std::uint64_t bytes);

/// 2026-11-23T14:05:06Z from milliseconds since 1970.
std::string iso_time(std::int64_t milliseconds);

}  // namespace simdb::cli
