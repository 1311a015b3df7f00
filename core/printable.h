#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace simdb {

/// Text that can't harm a terminal or hide something there: control characters, what breaks lines,
/// bidirectional marks, invisible characters and bytes that are not UTF-8 become \xNN escapes.
std::string printable(std::string_view text);

/// Copies text, but hands the UTF-8 sequence of each such character, and each byte that is not
/// UTF-8, to `escape`, which appends to the copy what stands for it.
std::string escape_unprintable(
    std::string_view text,
    const std::function<void(std::string& copy, std::string_view sequence)>& escape);

/// The code point of one UTF-8 sequence.
char32_t code_point(std::string_view sequence);

}  // namespace simdb
