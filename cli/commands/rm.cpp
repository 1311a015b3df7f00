#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/remote/remote.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "database/item_selection.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

std::size_t remove_ids(Database& database, std::span<const ItemId> ids) {
  require_items(database.gallery(), ids, "nothing was removed");
  return database.remove(ids);
}

std::size_t remove_class(Database& database, const std::string& name) {
  const std::size_t removed = database.remove_class(name);
  if (removed == 0) fail_unknown_class(name);
  return removed;
}

std::size_t remove(const ArgumentParser& parser, Console& console) {
  const std::string name = parser.has("class") ? parser.get<std::string>("class") : "";
  const std::vector<ItemId> ids = parse_ids(parser.positional());
  if (auto remote = Remote::of(parser)) {
    const std::string answer =
        ids.empty()
            ? remote->post(Remote::Target("/v1/classes/delete"), {{"class", name}}, false)
            : remote->post(Remote::Target("/v1/items/delete"), {{"ids", numbers_of(ids)}}, false);
    return count_in(answer, "removed");
  }
  Database database = open_to_write(parser, console);
  const std::size_t removed =
      ids.empty() ? remove_class(database, name) : remove_ids(database, ids);
  keep_calibration(database, console);
  return removed;
}

}  // namespace

int run_rm(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "rm ID...   or   simdb rm --class C",
      "Removes items by id, or all items of a class. All or nothing; ids are never used again.");
  parser.options().add_options()("class", po::value<std::string>()->value_name("C"),
                                 "remove this class");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  if (parser.has("class") != parser.positional().empty()) {
    throw Error(ErrorCode::kUsage, "name either ids or --class C; see 'simdb rm --help'");
  }
  const std::size_t removed = remove(parser, console);
  if (parser.flag("json")) {
    print_json(console.out, {{"removed", removed}});
  } else {
    console.out << "removed " << count_of(removed, "item", "items") << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
