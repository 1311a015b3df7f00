#pragma once

#include <string>
#include <string_view>

namespace simdb::cli {

// Texts that may hold anything, for example the names of folders, as parts of a page.

/// As HTML text or an attribute's value in double quotes.
std::string escape_html(std::string_view text);

/// JSON as the text of a <script>: it would end at "</script" and change its meaning at "<!--".
std::string json_in_script(std::string_view json);

}  // namespace simdb::cli
