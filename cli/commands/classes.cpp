#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;

int run_classes(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("classes [--by FIELD]",
                        "Lists the classes with their number of items; with --by, the values of a "
                        "field of the\nitems' metadata.");
  parser.options().add_options()("by", po::value<std::string>()->value_name("FIELD"),
                                 "count items by this field; those without it are left out");
  add_filter_options(parser);
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const SearchFilter filter = filter_of(parser);
  const bool is_filtered = parser.has("class") || parser.has("where");
  if (is_filtered && !parser.has("by")) {
    throw Error(ErrorCode::kUsage, "--class and --where belong to --by FIELD");
  }
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, filter);
  if (parser.has("by")) {
    for (const MetadataCount& entry :
         database.gallery().count_by(parser.get<std::string>("by"), filter)) {
      const nlohmann::ordered_json value = to_json(entry.value);
      if (parser.flag("json")) {
        print_json(console.out, {{"value", value}, {"items", entry.items}});
      } else {
        console.out << fmt::format("{:>8}  {}\n", entry.items, printable(value.dump()));
      }
    }
    return 0;
  }
  for (const ClassCount& entry : database.gallery().classes()) {
    if (parser.flag("json")) {
      print_json(console.out, {{"class", entry.name}, {"items", entry.items}});
    } else {
      console.out << fmt::format("{:>8}  {}\n", entry.items, printable(entry.name));
    }
  }
  return 0;
}

}  // namespace simdb::cli
