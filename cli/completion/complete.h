#pragma once

#include <span>
#include <string>

#include "cli/completion/offers.h"
#include "cli/console.h"

namespace simdb::cli {

/// What may stand at the end of a command line, by what the commands say that they take. `words`
/// are those behind "simdb", without quotes; the last, which may be empty, is the one at the
/// cursor: it tells whether an option, its value (--class=) or another word is wanted, but what is
/// offered need not begin with it. Reads at most a database, and changes and executes nothing.
Completion complete(std::span<const std::string> words, const Console& console);

}  // namespace simdb::cli
