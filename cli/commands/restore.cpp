#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "simdb/backup.h"
#include "simdb/model_trial.h"

namespace simdb::cli {
namespace po = boost::program_options;

int run_restore(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("restore FILE",
                        "Makes the database that 'simdb backup' wrote into FILE, and verifies it.\n"
                        "A damaged file makes nothing.");
  parser.options().add_options()("db", po::value<std::string>()->value_name("DIR"),
                                 "the folder to create (else $SIMDB_DB, else .simdb here)");
  parser.with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  const std::filesystem::path folder = new_database_path(parser);
  const InterruptGuard interrupt;
  // An encoder that only a simdb with ONNX Runtime runs may be restored by another one.
  const auto judge = [&](std::span<const std::byte> model) {
    judge_encoder(model, "in " + parser.positional()[0],
                  {.must_run = false, .check = InterruptGuard::check});
  };
  const std::uint64_t items =
      restore_database(parser.positional()[0], folder, InterruptGuard::check, judge);
  if (parser.flag("json")) {
    print_json(console.out, {{"database", folder.string()}, {"items", items}});
  } else {
    console.out << fmt::format("restored {}: {}, verified\n", printable(folder.string()),
                               count_of(items, "item", "items"));
  }
  return 0;
}

}  // namespace simdb::cli
