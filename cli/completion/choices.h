#pragma once

#include <string_view>
#include <vector>

namespace simdb::cli {

/// The words that an option takes, by the name of its value and the text that explains it: those in
/// small letters of "auto|N", or for the name WHAT those of "one|other" in the text, where a line
/// may end behind a bar. Views of the two.
std::vector<std::string_view> choices_of(std::string_view name, std::string_view text);

/// The parts of "NAME|FILE".
std::vector<std::string_view> parts_of(std::string_view name);

}  // namespace simdb::cli
