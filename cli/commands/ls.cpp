#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

constexpr std::size_t kPageItems = 1000;

void print_record(std::ostream& out, const ItemRecord& item, bool json) {
  if (json) {
    print_json(out, to_json(item));
  } else {
    out << fmt::format("{:>8}  {:<20}  {}  {}", to_number(item.id), printable(item.info.class_name),
                       iso_time(item.added_ms), printable(item.info.source));
    if (!item.info.key.empty()) out << "  key " << printable(item.info.key);
    if (!item.info.metadata.empty()) {
      out << "  " << printable(to_json(item.info.metadata).dump());
    }
    out << '\n';
  }
}

}  // namespace

int run_ls(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("ls [CLASS...]",
                        "Lists items: id, class, when it was added, source, metadata.");
  add_filter_options(parser);
  parser.options().add_options()("after",
                                 po::value<std::uint64_t>()->default_value(0, "")->value_name("ID"),
                                 "begin with the item after this one");
  parser.options().add_options()("limit", po::value<std::uint64_t>()->value_name("N"),
                                 "list at most N items");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  SearchFilter filter = filter_of(parser);
  filter.class_names.insert(filter.class_names.end(), parser.positional().begin(),
                            parser.positional().end());
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, filter);
  ItemId last{parser.get<std::uint64_t>("after")};
  std::uint64_t left = parser.has("limit") ? parser.get<std::uint64_t>("limit") : UINT64_MAX;
  while (console.out) {
    const auto page = database.gallery().items_after(
        last, static_cast<std::size_t>(std::min<std::uint64_t>(left, kPageItems)), filter);
    if (page.empty()) break;
    for (const ItemRecord& item : page) print_record(console.out, item, parser.flag("json"));
    last = page.back().id;
    left -= page.size();
  }
  return 0;
}

}  // namespace simdb::cli
