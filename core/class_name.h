#pragma once

#include <cstddef>
#include <string_view>

namespace simdb {

inline constexpr std::size_t kMaxClassNameBytes = 1024;

/// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// A name is 1 to `max_bytes` bytes of UTF-8 without control characters (U+0000-001F, U+007F-009F).
/// Names are compared byte by byte; no Unicode normalisation takes place, so NFC and NFD spellings
/// are two names. Throws Error(kBadInput) that says `what` it is and quotes an unusable name
/// safely.
void require_name(std::string_view name, const char* what, std::size_t max_bytes);

inline void require_class_name(std::string_view name) {
  require_name(name, "class name", kMaxClassNameBytes);
}

}  // namespace simdb
