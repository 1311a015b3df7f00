#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace simdb::cli {

/// A command: its arguments without the program's and its own name; returns the exit code.
using CommandFunction = int (*)(std::span<const std::string> args, Console& console);

struct Command {
  std::string_view name;
  std::string_view summary;
  CommandFunction run;
  /// Why it can't ask a server, where it can't: what follows "simdb NAME takes no --server: ".
  std::string_view why_here = {};
};

/// All commands, in the order of the help page.
std::span<const Command> commands();

/// Where the command is in `simdb args...`: options may stand before it, as in `simdb --db D query
/// x.png`. The number of args or more if there is none.
std::size_t command_place(std::span<const std::string> args);

/// Runs `simdb args...` and returns the exit code (ErrorCode, 0 if all is well, 130 if
/// interrupted). The only place where errors are caught.
int run(std::span<const std::string> args, Console& console);

}  // namespace simdb::cli
