#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/request_gate.h"

namespace simdb::server {

struct Parameter {
  std::string name;
  std::string value;  ///< empty if there was no '='
};

/// A target taken apart and decoded: every text is UTF-8 without NUL; it may hold other control
/// characters, and a decoded segment may hold '/'.
struct Target {
  /// Of "/v1/items" v1 and items; a '/' at the end gives an empty last one, "/" a single empty one.
  std::vector<std::string> segments;
  std::vector<Parameter> parameters;  ///< in the order sent, repeated ones too

  /// The values of a parameter that may be there several times. None: it is not there.
  std::vector<std::string_view> values(std::string_view name) const;
};

/// Splits the target of a RequestHead at '?', '/', '&' and the first '=' of a parameter, and then
/// decodes %XX (RFC 3986, sections 2.1 and 3). '+' is a plus, not a blank as in an HTML form: write
/// "%20". Refuses with 400 a '%' without two hex digits, what does not decode to UTF-8 without NUL
/// (RFC 3629), a segment "." or "..", encoded or not, and a parameter without a name.
std::variant<Target, Refusal> parse_target(std::string_view target);

}  // namespace simdb::server
