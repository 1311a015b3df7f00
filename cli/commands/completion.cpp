#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/embedded_files.h"
#include "simdb/error.h"

namespace simdb::cli {

int run_completion(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "completion bash|zsh|fish",
      "Prints the script that completes simdb's command lines in a shell. Load it with\n"
      "source <(simdb completion bash), the same of zsh, or simdb completion fish | source.\n"
      "Debian's package has installed all three.");
  if (!parser.parse(args, console, 1, 1)) return 0;
  const std::string& shell = parser.positional()[0];
  if (shell == "bash") {
    console.out << kBashCompletion;
  } else if (shell == "zsh") {
    console.out << kZshCompletion;
  } else if (shell == "fish") {
    console.out << kFishCompletion;
  } else {
    throw Error(ErrorCode::kUsage,
                "there is a completion for bash, zsh and fish, not for '" + shell + "'");
  }
  return 0;
}

}  // namespace simdb::cli
