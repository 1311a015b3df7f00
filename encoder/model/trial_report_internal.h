#pragma once

#include <string_view>

namespace simdb {

/// The fourth argument of simdb-try-model, for a decoder.
inline constexpr std::string_view kDecoderWord = "decoder";

// What simdb-try-model writes to its standard output, all of it; something else: it was ended.
inline constexpr std::string_view kPassed = "passed\n";
inline constexpr std::string_view kOutOfMemory = "out of memory\n";
inline constexpr std::string_view kNotTheSame = "not the same\n";
/// Before the code of an Error, a newline and its message.
inline constexpr std::string_view kRefused = "refused ";

}  // namespace simdb
