#pragma once

#include <string>
#include <string_view>

namespace simdb::cli {

/// Seconds of a duration as people write it: "90s", "3m", "2h", "1h30m"; a number without a unit
/// counts minutes. Throws Error(kUsage), naming the option and examples, for anything else and for
/// less than a second.
double parse_duration(std::string_view option, std::string_view text);

/// "45 s", "3 min", "2 h 5 min": as exact as is of use.
std::string format_duration(double seconds);

}  // namespace simdb::cli
