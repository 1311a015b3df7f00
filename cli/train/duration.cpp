#include "cli/train/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "simdb/error.h"

namespace simdb::cli {
namespace {

[[noreturn]] void refuse(std::string_view option, std::string_view text) {
  throw Error(ErrorCode::kUsage,
              fmt::format("{} is a duration of a second or more, such as 90s, 3m, 2h or 1h30m (a "
                          "number alone counts minutes), not '{}'",
                          option, text));
}

/// 0 for no unit.
double seconds_of(char unit) {
  constexpr double kMinute = 60;
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return kMinute;
    case 'h':
      return kMinute * kMinute;
    default:
      return 0;
  }
}

}  // namespace

double parse_duration(std::string_view option, std::string_view text) {
  constexpr double kMost = 1e7;
  double seconds = 0;
  double last_unit = kMost;
  for (std::string_view rest = text; seconds == 0 || !rest.empty();) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc() || number < 0) refuse(option, text);
    const std::string_view after = rest.substr(static_cast<std::size_t>(end - rest.data()));
    const bool is_bare = after.empty() && rest.size() == text.size();
    const double unit = seconds_of(is_bare ? 'm' : after.empty() ? '\0' : after.front());
    if (unit == 0 || unit >= last_unit) refuse(option, text);
    seconds += number * unit;
    last_unit = unit;
    rest = is_bare ? "" : after.substr(1);
    if (number == 0 && rest.empty()) break;
  }
  if (!(seconds >= 1 && seconds <= kMost)) refuse(option, text);
  return seconds;
}

std::string format_duration(double seconds) {
  constexpr long kMinute = 60;
  constexpr long kManySeconds = 90;
  constexpr long kManyMinutes = 100;
  const long whole = std::lround(seconds);
  if (whole < kManySeconds) return fmt::format("{} s", whole);
  const long minutes = (whole + kMinute / 2) / kMinute;
  if (minutes < kManyMinutes) return fmt::format("{} min", minutes);
  return minutes % kMinute == 0 ? fmt::format("{} h", minutes / kMinute)
                                : fmt::format("{} h {} min", minutes / kMinute, minutes % kMinute);
}

}  // namespace simdb::cli
