#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"

namespace simdb::cli {

int run_compact(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "compact",
      "Writes the files of the database anew, without what was removed or changed: its space is "
      "given\nback, and its bytes are gone from the files. Needs as much free space as the "
      "database takes.\nReaders go on meanwhile; those that are open keep the old files until they "
      "refresh or end.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const InterruptGuard interrupt;
  const CompactReport report = open_to_write(parser, console).compact(InterruptGuard::check);
  // RocksDB's list of files tells the first and last keys of former ones until it is written anew.
  Database database = open_to_write(parser, console);
  keep_calibration(database, console);
  if (parser.flag("json")) {
    print_json(console.out, {{"bytes_before", report.bytes_before}, {"bytes", report.bytes}});
  } else {
    console.out << fmt::format("compacted: {}, before {}\n", byte_size(report.bytes),
                               byte_size(report.bytes_before));
  }
  return 0;
}

}  // namespace simdb::cli
