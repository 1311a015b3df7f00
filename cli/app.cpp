#include "cli/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "simdb/error.h"

#ifndef SIMDB_VERSION
#error "SIMDB_VERSION comes from the build"
#endif

namespace simdb::cli {
namespace {

constexpr const char* kNoDatabase = "it needs no database";
constexpr const char* kOwnFiles =
    "it works on the files of a database; run it with --db on the machine that has them, while no "
    "server does";
constexpr const char* kManyVectors =
    "it asks the database itself, with images whose answers are known; run it with --db on the "
    "machine that has it, also while a server does";
constexpr const char* kIsServer = "it is the server";

constexpr std::array kCommands = {
    Command{"sample-data", "draw coloured shapes to try simdb with", run_sample_data, kNoDatabase},
    Command{"train", "train an encoder on a folder of classes", run_train, kNoDatabase},
    Command{"train-decoder", "learn to make images from what encoders keep", run_train_decoder,
            kNoDatabase},
    Command{"init", "create a database around an encoder", run_init, kOwnFiles},
    Command{"encoders", "the encoders that come with simdb", run_encoders, kNoDatabase},
    Command{"add", "add images to a class", run_add},
    Command{"query", "classify images by their nearest neighbours", run_query},
    Command{"why", "tell why the answer is what it is", run_why},
    Command{"calibrate", "learn when an image is of no class", run_calibrate},
    Command{"compare", "similarity of two images", run_compare},
    Command{"recreate", "make an image from what encoders keep of it", run_recreate, kOwnFiles},
    Command{"embed", "vectors of images, for other tools", run_embed},
    Command{"eval", "accuracy on a folder of labelled images", run_eval, kManyVectors},
    Command{"ls", "list items", run_ls},
    Command{"classes", "list classes", run_classes},
    Command{"image", "the image file of an item, where it is kept", run_image},
    Command{"stats", "size and encoder of the database", run_stats},
    Command{"duplicates", "find the same picture stored twice, in one class or several",
            run_duplicates},
    Command{"review", "list items whose label their neighbours contradict", run_review},
    Command{"set", "set metadata and keys of items", run_set},
    Command{"mv", "move items, rename or merge classes", run_mv},
    Command{"rm", "remove items or a class", run_rm},
    Command{"watch", "follow what changes, as JSON lines", run_watch},
    Command{"tune", "find the vote that suits the database", run_tune, kOwnFiles},
    Command{"reembed", "give the database another encoder", run_reembed, kOwnFiles},
    Command{"serve", "answer over HTTP", run_serve, kIsServer},
    Command{"verify", "check that nothing is damaged or lost", run_verify},
    Command{"backup", "write everything into one file", run_backup},
    Command{"restore", "make a database from a backup", run_restore, kOwnFiles},
    Command{"copy", "copy a database, into PostgreSQL or back", run_copy, kOwnFiles},
    Command{"reindex", "rebuild the index and save it", run_reindex, kOwnFiles},
    Command{"compact", "give back the space of what was removed", run_compact, kOwnFiles},
    Command{"export", "write everything as JSON lines, or for TensorBoard", run_export},
    Command{"import", "read what export wrote", run_import},
    Command{"completion", "print the completion script of a shell", run_completion, kNoDatabase},
};

void print_help(std::ostream& out) {
  out << "simdb " SIMDB_VERSION
         ": an image similarity database\n\n"
         "usage: simdb COMMAND [ARGUMENTS]      simdb COMMAND --help\n\n";
  for (const Command& command : kCommands) {
    out << fmt::format("  {:<13} {}\n", command.name, command.summary);
  }
  out << "\nThe database is --db DIR, else $SIMDB_DB, else the nearest .simdb in this folder or a "
         "parent.\n"
         "Or a server's: --server http://HOST:PORT, --server unix:PATH or $SIMDB_SERVER, with "
         "--token-file FILE or\n$SIMDB_TOKEN_FILE ('simdb serve' says where the token is).\n"
         "Exit codes: 0 ok, 1 internal, 2 usage, 3 not found, 4 bad input, 5 corruption, 6 i/o, 7 "
         "busy,\n128 + N ended by signal N.\n";
}

/// Options before the command are put behind it.
std::vector<std::string> command_first(std::span<const std::string> args) {
  const std::size_t place = command_place(args);
  std::vector<std::string> ordered(args.begin(), args.end());
  if (place < args.size()) {
    const auto command = ordered.begin() + static_cast<std::ptrdiff_t>(place);
    std::rotate(ordered.begin(), command, command + 1);
  }
  return ordered;
}

void refuse_server(const Command& command, std::span<const std::string> args) {
  if (command.why_here.empty()) return;
  for (const std::string& word : args) {
    if (word == "--") return;
    if (word == "--server" || word.starts_with("--server=")) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{} takes no --server: {}", command.name, command.why_here));
    }
  }
}

int dispatch(std::span<const std::string> given, Console& console) {
  if (given.empty()) {
    print_help(console.err);
    return static_cast<int>(ErrorCode::kUsage);
  }
  const std::vector<std::string> ordered = command_first(given);
  const std::span<const std::string> args = ordered;
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    print_help(console.out);
    return 0;
  }
  if (args[0] == "--version") {
    console.out << "simdb " SIMDB_VERSION "\n";
    return 0;
  }
  if (args[0] == "__complete") return run_complete(args.subspan(1), console);
  for (const Command& command : kCommands) {
    if (command.name != args[0]) continue;
    refuse_server(command, args.subspan(1));
    return command.run(args.subspan(1), console);
  }
  throw Error(ErrorCode::kUsage, "unknown command '" + args[0] + "'; 'simdb --help' lists them");
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

std::size_t command_place(std::span<const std::string> args) {
  std::size_t place = 0;
  while (place < args.size() && args[place].starts_with("--") && args[place] != "--help" &&
         args[place] != "--version") {
    const bool has_value =
        args[place] == "--db" || args[place] == "--server" || args[place] == "--token-file";
    place += has_value ? 2 : 1;
  }
  return place;
}

int run(std::span<const std::string> args, Console& console) {
  const auto fail = [&](ErrorCode code, std::string_view message) {
    console.out.flush();
    console.err << "simdb: " << printable(message) << "\n" << std::flush;
    return static_cast<int>(code);
  };
  try {
    const int code = dispatch(args, console);
    console.out.flush();
    if (!console.out)
      return fail(ErrorCode::kIo, "can't write the output: the disk or pipe refused");
    return code;
  } catch (const Interrupted& interrupted) {
    console.out.flush();
    console.err << "simdb: interrupted\n" << std::flush;
    return interrupted.exit_code();
  } catch (const Error& e) {
    return fail(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kInternal, "out of memory");
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, e.what());
  }
}

}  // namespace simdb::cli
