#pragma once

#include <cstddef>
#include <string_view>

namespace simdb {

inline constexpr std::size_t kMaxClassNameBytes = 1024;

/// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// Class names are 1 to 1024 bytes of UTF-8 without control characters (U+0000-001F, U+007F-009F).
/// They are compared byte by byte; no Unicode normalisation takes place, so NFC and NFD spellings
/// are two classes. Throws Error(kBadInput) that quotes an unusable name safely.
void require_class_name(std::string_view name);

}  // namespace simdb
