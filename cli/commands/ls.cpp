#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"
#include "pipeline/formats/item_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kPageItems = 1000;

void print_record(std::ostream& out, const ItemRecord& item, bool json) {
  if (json) {
    print_json(out, to_json(item));
  } else {
    out << fmt::format("{:>8}  {:<20}  {}  {}\n", to_number(item.id),
                       printable(item.info.class_name), iso_time(item.added_ms),
                       printable(item.info.source));
  }
}

}  // namespace

int run_ls(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("ls [CLASS]", "Lists items: id, class, when it was added, source.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 1)) return 0;
  const Database database = open_database(parser, OpenMode::kReadOnly);
  const SearchFilter filter{.class_names = parser.positional()};
  for (const std::string& name : filter.class_names) require_class(database, name);
  ItemId last{};
  while (console.out) {
    const auto page = database.gallery().items_after(last, kPageItems, filter);
    if (page.empty()) break;
    for (const ItemRecord& item : page) print_record(console.out, item, parser.flag("json"));
    last = page.back().id;
  }
  return 0;
}

}  // namespace simdb::cli
