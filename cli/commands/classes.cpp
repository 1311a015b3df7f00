#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/remote/remote.h"
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
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const SearchFilter filter = filter_of(parser);
  const bool is_filtered = parser.has("class") || parser.has("where");
  if (is_filtered && !parser.has("by")) {
    throw Error(ErrorCode::kUsage, "--class and --where belong to --by FIELD");
  }
  const auto print = [&](const char* name, const nlohmann::ordered_json& value,
                         const std::string& text, std::uint64_t items) {
    if (parser.flag("json")) {
      print_json(console.out, {{name, value}, {"items", items}});
    } else {
      console.out << fmt::format("{:>8}  {}\n", items, printable(text));
    }
  };
  const auto print_value = [&](const nlohmann::ordered_json& value, std::uint64_t items) {
    print("value", value, value.dump(), items);
  };
  if (auto remote = Remote::of(parser)) {
    Remote::Target target("/v1/classes");
    if (parser.has("by")) target.with("by", parser.get<std::string>("by"));
    add_filter(target, parser);
    remote->require_classes(filter.class_names);
    const auto answer = parse_answer(remote->get(target));
    for (const auto& entry : answer.at(parser.has("by") ? "values" : "classes")) {
      const auto items = entry.at("items").get<std::uint64_t>();
      if (parser.has("by")) {
        print_value(entry.at("value"), items);
      } else {
        print("class", entry.at("class"), entry.at("class").get<std::string>(), items);
      }
    }
    return 0;
  }
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, filter);
  if (parser.has("by")) {
    for (const MetadataCount& entry :
         database.gallery().count_by(parser.get<std::string>("by"), filter)) {
      print_value(to_json(entry.value), entry.items);
    }
    return 0;
  }
  for (const ClassCount& entry : database.gallery().classes()) {
    print("class", entry.name, entry.name, entry.items);
  }
  return 0;
}

}  // namespace simdb::cli
