#pragma once

#include <string>
#include <string_view>

namespace simdb::cli {

/// `text` as one word for a shell to copy, in quotes where it needs them; CLASS for a name with
/// characters that must not be printed.
std::string shell_word(std::string_view text);

}  // namespace simdb::cli
