#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

namespace simdb {

/// One line of JSON; bytes that are not UTF-8 become U+FFFD, and characters that printable()
/// escapes become \uNNNN, which a reader turns back into them.
void print_json(std::ostream& out, const nlohmann::ordered_json& value);

/// 2026-11-23T14:05:06Z from milliseconds since 1970.
std::string iso_time(std::int64_t milliseconds);

}  // namespace simdb
