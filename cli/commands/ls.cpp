#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/metadata_json.h"

namespace simdb::cli {
namespace {

void append_record(std::string& out, const ItemRecord& item, bool json) {
  if (json) {
    append_json_line(out, item);
    return;
  }
  out += fmt::format("{:>8}  {:<20}  {}  {}", to_number(item.id), printable(item.info.class_name),
                     iso_time(item.added_ms), printable(item.info.source));
  if (!item.info.key.empty()) out += "  key " + printable(item.info.key);
  if (!item.info.metadata.empty()) out += "  " + printable(to_json(item.info.metadata).dump());
  out += '\n';
}

}  // namespace

int run_ls(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("ls [CLASS...]",
                        "Lists items: id, class, when it was added, source, metadata.");
  add_selection_options(parser);
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  ItemSelection selection = selection_of(parser);
  std::vector<std::string>& classes = selection.filter.class_names;
  classes.insert(classes.end(), parser.positional().begin(), parser.positional().end());
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, selection.filter);
  for_each_page(database.gallery(), selection, [&](std::span<const ItemRecord> page) {
    std::string lines;
    for (const ItemRecord& item : page) append_record(lines, item, parser.flag("json"));
    return static_cast<bool>(console.out << lines);
  });
  return 0;
}

}  // namespace simdb::cli
