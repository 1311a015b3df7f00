#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/remote/read_answers.h"
#include "cli/remote/remote.h"
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

// Page by page.
void list_remote(Remote& remote, const ItemSelection& selection, const ArgumentParser& parser,
                 std::ostream& out) {
  constexpr std::uint64_t kPageItems = 1000;
  remote.require_classes(selection.filter.class_names);
  std::uint64_t after = to_number(selection.after);
  std::uint64_t left = selection.limit;
  for (bool goes_on = left > 0; goes_on;) {
    Remote::Target target("/v1/items");
    for (const std::string& name : selection.filter.class_names) target.with("class", name);
    add_words(target, parser, "where");
    const std::uint64_t asked = std::min(left, kPageItems);
    const std::string answer = remote.get(target.with("after", after).with("limit", asked));
    const auto items = elements_of(answer, "items");
    std::string lines;
    for (const std::string_view text : items) {
      const auto json = parse_answer(text);
      after = json.at("id").get<std::uint64_t>();
      if (parser.flag("json")) {
        lines.append(text).append("\n");
      } else {
        append_record(lines, item_from(json), false);
      }
    }
    left -= std::min<std::uint64_t>(left, items.size());
    goes_on = static_cast<bool>(out << lines) && items.size() == asked && left > 0;
  }
}

}  // namespace

int run_ls(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("ls [CLASS...]",
                        "Lists items: id, class, when it was added, source, metadata.");
  add_selection_options(parser);
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  ItemSelection selection = selection_of(parser);
  std::vector<std::string>& classes = selection.filter.class_names;
  classes.insert(classes.end(), parser.positional().begin(), parser.positional().end());
  if (auto remote = Remote::of(parser)) {
    list_remote(*remote, selection, parser, console.out);
    return 0;
  }
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
