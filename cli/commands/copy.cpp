#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "pipeline/copy_database.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;

int run_copy(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "copy --to DIR|URL",
      "Makes a database that is what another one is, with its ids, times, image files and\n"
      "calibration: from a folder into PostgreSQL or back, or into another folder. Compares the "
      "two\n"
      "at the end, answers to 1,000 queries included. A copy that was interrupted goes on.");
  parser.options().add_options()("to", po::value<std::string>()->value_name("DIR|URL"),
                                 "a new folder, or postgresql://USER@HOST/DATABASE?schema=NAME");
  parser.options().add_options()("from", po::value<std::string>()->value_name("DIR|URL"),
                                 "what is copied (else as --db of other commands)");
  parser.options().add_options()("no-images", "leave out kept image files");
  parser.with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  if (!parser.has("to") || parser.get<std::string>("to").empty()) {
    throw Error(ErrorCode::kUsage, "say where to copy with --to DIR or --to postgresql://...");
  }
  std::optional<std::string> source;
  if (parser.has("from")) source = parser.get<std::string>("from");
  const DatabasePlace from = find_database(source);
  const DatabasePlace to(parser.get<std::string>("to"));
  const InterruptGuard interrupt;
  const CopyReport report = copy_database(
      from, to, {.with_images = !parser.flag("no-images"), .check = InterruptGuard::check});
  if (parser.flag("json")) {
    print_json(console.out, {{"from", from.name()},
                             {"to", to.name()},
                             {"items", report.items},
                             {"images", report.images.images},
                             {"image_bytes", report.images.bytes}});
  } else {
    console.out << fmt::format("copied {} to {}: {}, compared\n", printable(from.name()),
                               printable(to.name()), count_of(report.items, "item", "items"));
  }
  return 0;
}

}  // namespace simdb::cli
