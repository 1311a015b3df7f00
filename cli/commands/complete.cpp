#include "cli/completion/complete.h"

#include <ostream>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/completion/bash_line.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

// What the shell shall do beside offering the words, in the first line.
std::string_view directive(const Completion& completion) {
  return completion.files      ? "files"
         : completion.folders  ? "folders"
         : completion.no_space ? "nospace"
                               : "none";
}

}  // namespace

// Called by the shells' scripts, cli/completion/simdb.bash and others:
//   simdb __complete -- WORD...          candidates, a tab and a note; the shell chooses and quotes
//   simdb __complete --bash LINE TEXT    what may take TEXT's place, chosen and quoted
int run_complete(std::span<const std::string> args, Console& console) {
  if (args.size() == 3 && args[0] == "--bash") {
    const BashLine line = read_bash_line(args[1]);
    Completion completion;
    completion.files = line.redirects;
    if (!line.redirects) {
      completion = complete(std::span(line.words).subspan(1), console);
    }
    console.out << directive(completion) << '\n';
    for (const std::string& reply : bash_replies(args[1], args[2], completion.candidates)) {
      console.out << reply << '\n';
    }
    return 0;
  }
  if (args.empty() || args[0] != "--") {
    throw Error(ErrorCode::kUsage, "__complete is for the shells' scripts: see 'simdb completion'");
  }
  const Completion completion = complete(args.subspan(1), console);
  console.out << directive(completion) << '\n';
  for (const Candidate& candidate : completion.candidates) {
    console.out << candidate.word;
    if (!candidate.note.empty()) console.out << '\t' << candidate.note;
    console.out << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
