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
namespace {

std::size_t move_class(Database& database, const std::string& from, const std::string& to) {
  const std::size_t moved = database.gallery().rename_class(from, to);
  if (moved == 0) fail_unknown_class(from);
  return moved;
}

std::size_t move_items(Database& database, std::span<const ItemId> ids, const std::string& to) {
  require_items(database.gallery(), ids, "nothing was moved");
  return database.gallery().update(ids, {.class_name = to});
}

std::size_t move_remote(Remote& remote, std::span<const ItemId> ids, const std::string& to) {
  return count_in(
      remote.post(Remote::Target("/v1/items/move"), {{"ids", numbers_of(ids)}, {"class", to}}),
      "moved");
}

std::size_t move_class_remote(Remote& remote, const std::string& from, const std::string& to) {
  return count_in(remote.post(Remote::Target("/v1/classes/rename"),
                              {{"from", from}, {"to", to}, {"merge", true}}, false),
                  "moved");
}

std::size_t move(const ArgumentParser& parser, Console& console) {
  const std::vector<std::string>& words = parser.positional();
  const bool is_class = parser.flag("class");
  const std::string& to = words.back();
  std::vector<ItemId> ids;
  if (!is_class) ids = parse_ids(std::span(words).first(words.size() - 1));
  if (auto remote = Remote::of(parser)) {
    return is_class ? move_class_remote(*remote, words[0], to) : move_remote(*remote, ids, to);
  }
  Database database = open_to_write(parser, console);
  const std::size_t moved =
      is_class ? move_class(database, words[0], to) : move_items(database, ids, to);
  keep_calibration(database, console);
  return moved;
}

}  // namespace

int run_mv(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "mv ID... CLASS   or   simdb mv --class OLD NEW",
      "Moves items to a class, or renames a class; if NEW exists, the two are merged. All or\n"
      "nothing. Items keep their ids.");
  parser.options().add_options()("class", "move all items of the class OLD");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 2, kAnyNumber)) return 0;
  const std::vector<std::string>& words = parser.positional();
  if (parser.flag("class") && words.size() != 2) {
    throw Error(ErrorCode::kUsage, "name the class and its new name; see 'simdb mv --help'");
  }
  const std::size_t moved = move(parser, console);
  if (parser.flag("json")) {
    print_json(console.out, {{"moved", moved}});
  } else {
    console.out << "moved " << count_of(moved, "item", "items") << " to " << printable(words.back())
                << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
