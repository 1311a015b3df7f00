#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/embedded_files.h"
#include "simdb/error.h"

namespace simdb::cli {

int run_completion(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "completion bash",
      "Prints the completion script. Load it with: source <(simdb completion bash)");
  if (!parser.parse(args, console, 1, 1)) return 0;
  if (parser.positional()[0] != "bash") {
    throw Error(ErrorCode::kUsage,
                "there is a completion for bash only, not for '" + parser.positional()[0] + "'");
  }
  console.out << kBashCompletion;
  return 0;
}

}  // namespace simdb::cli
