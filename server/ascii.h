#pragma once

#include <algorithm>
#include <string_view>

namespace simdb::server {

inline char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Whether two texts differ in the case of ASCII letters at most, in any locale.
inline bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace simdb::server
