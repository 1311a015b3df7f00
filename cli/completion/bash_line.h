#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/completion/offers.h"

namespace simdb::cli {

/// A command line as far as the cursor, as bash reads it, but without expanding anything.
struct BashLine {
  std::vector<std::string> words;  ///< without quotes; the last, which may be empty, is begun
  char quote = '\0';               ///< the last word is in such quotes, which are not closed
  bool redirects = false;          ///< the last word is a file behind < or >
};

/// Never fails: what bash would not read is taken as it stands.
BashLine read_bash_line(std::string_view line);

/// What may take the place of `text`, the end of the line that readline replaces (it begins behind
/// a quote, or a ':' or '=' in the word): those candidates that go on as the line does, quoted such
/// that bash reads them back as they are.
std::vector<std::string> bash_replies(std::string_view line, std::string_view text,
                                      const std::vector<Candidate>& candidates);

}  // namespace simdb::cli
