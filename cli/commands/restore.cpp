#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "simdb/backup.h"
#include "simdb/error.h"
#include "simdb/model_trial.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

ByteSource source_of(std::istream& in) {
  if (::isatty(STDIN_FILENO) == 1) {
    throw Error(ErrorCode::kUsage,
                "a backup is not typed at a terminal; redirect it: simdb restore - < FILE");
  }
  return [&in](std::span<std::byte> to) {
    in.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
    return static_cast<std::size_t>(in.gcount());
  };
}

}  // namespace

int run_restore(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "restore FILE",
      "Makes the database that 'simdb backup' wrote into FILE (- for stdin), and\n"
      "verifies it. A damaged file makes nothing.");
  parser.options().add_options()("db", po::value<std::string>()->value_name("DIR"),
                                 "the folder to create (else $SIMDB_DB, else .simdb here)");
  parser.with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  const std::filesystem::path folder = new_database_place(parser).folder(
      "restore into", "restore into a folder, and copy that with 'simdb copy'");
  const InterruptGuard interrupt;
  // An encoder that only a simdb with ONNX Runtime runs may be restored by another one.
  const std::string& file = parser.positional()[0];
  const std::string name = file == "-" ? "standard input" : file;
  const auto judge = [&](std::span<const std::byte> model) {
    judge_encoder(model, "in " + name, {.must_run = false, .check = InterruptGuard::check});
  };
  const auto restore = [&](const auto&... from) {
    return restore_database(from..., folder, InterruptGuard::check, judge);
  };
  const std::uint64_t items =
      file == "-" ? restore(source_of(console.in), name) : restore(std::filesystem::path(file));
  if (parser.flag("json")) {
    print_json(console.out, {{"database", folder.string()}, {"items", items}});
  } else {
    console.out << fmt::format("restored {}: {}, verified\n", printable(folder.string()),
                               count_of(items, "item", "items"));
  }
  return 0;
}

}  // namespace simdb::cli
