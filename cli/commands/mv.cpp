#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

std::size_t move_class(Database& database, const std::string& from, const std::string& to) {
  const std::size_t moved = database.gallery().rename_class(from, to);
  if (moved == 0) fail_unknown_class(from);
  return moved;
}

std::size_t move_items(Database& database, std::span<const std::string> words,
                       const std::string& to) {
  std::vector<ItemId> ids;
  for (const std::string& word : words) ids.push_back(parse_id(word));
  require_items(database, ids, "nothing was moved");
  return database.gallery().update(ids, {.class_name = to});
}

}  // namespace

int run_mv(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "mv ID... CLASS   or   simdb mv --class OLD NEW",
      "Moves items to a class, or renames a class; if NEW exists, the two are merged. All or\n"
      "nothing. Items keep their ids.");
  parser.options().add_options()("class", "move all items of the class OLD");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 2, kAnyNumber)) return 0;
  const std::vector<std::string>& words = parser.positional();
  if (parser.flag("class") && words.size() != 2) {
    throw Error(ErrorCode::kUsage, "name the class and its new name; see 'simdb mv --help'");
  }
  Database database = open_to_write(parser, console);
  const std::size_t moved =
      parser.flag("class")
          ? move_class(database, words[0], words[1])
          : move_items(database, std::span(words).first(words.size() - 1), words.back());
  keep_calibration(find_database(parser), database, console);
  if (parser.flag("json")) {
    print_json(console.out, {{"moved", moved}});
  } else {
    console.out << "moved " << count_of(moved, "item", "items") << " to " << printable(words.back())
                << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
