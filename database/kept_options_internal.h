#pragma once

#include <string>
#include <string_view>

#include "simdb/database.h"

namespace simdb {

/// The name of the gallery's setting that keeps a vote's k and rule.
inline constexpr std::string_view kVoteSetting = "vote";

/// Throws Error(kUsage) if k is 0 or the rule is out of its range.
void require_valid(const QueryOptions& options);

/// "k=10 temperature=0.07 size_exponent=1"; empty for the defaults.
std::string text_of(const QueryOptions& options);
/// The defaults with what such a text says. Throws Error(kCorruption) if it is none.
QueryOptions options_from(const std::string& text);

}  // namespace simdb
