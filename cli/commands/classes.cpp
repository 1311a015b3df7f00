#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"

namespace simdb::cli {

int run_classes(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("classes", "Lists the classes with their number of items.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  for (const ClassCount& entry : open_database(parser, OpenMode::kReadOnly).gallery().classes()) {
    if (parser.flag("json")) {
      print_json(console.out, {{"class", entry.name}, {"items", entry.items}});
    } else {
      console.out << fmt::format("{:>8}  {}\n", entry.items, printable(entry.name));
    }
  }
  return 0;
}

}  // namespace simdb::cli
