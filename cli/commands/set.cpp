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
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

std::size_t change_items(const ArgumentParser& parser, std::span<const ItemId> ids,
                         const ItemChange& change, Console& console) {
  if (auto remote = Remote::of(parser)) {
    Remote::Json body = {{"ids", numbers_of(ids)}};
    if (!change.set.empty()) body["set"] = to_json(change.set);
    if (!change.unset.empty()) body["unset"] = change.unset;
    if (change.key) body["key"] = *change.key;
    return count_in(remote->post(Remote::Target("/v1/items/change"), body), "changed");
  }
  Database database = open_to_write(parser, console);
  require_items(database.gallery(), ids, "nothing was changed");
  const std::size_t changed = database.gallery().update(ids, change);
  keep_calibration(database, console);
  return changed;
}

}  // namespace

int run_set(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "set ID... NAME=VALUE...",
      "Sets fields of items' metadata. A VALUE that is a number, true or false in JSON is kept as\n"
      "that; everything else, and what stands in \"quotes\", is text. All or nothing.");
  parser.options().add_options()(
      "unset", po::value<std::vector<std::string>>()->composing()->value_name("NAME"),
      "remove a field");
  parser.options().add_options()("key", po::value<std::string>()->value_name("K"),
                                 "your own name of the item, unique; '' for none");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 1, kAnyNumber)) return 0;
  const std::span<const std::string> words = parser.positional();
  std::vector<ItemId> ids;
  while (ids.size() < words.size() && words[ids.size()].find('=') == std::string::npos) {
    ids.push_back(parse_id(words[ids.size()]));
  }
  ItemChange change{.set = parse_fields(words.subspan(ids.size()))};
  if (parser.has("unset")) change.unset = parser.get<std::vector<std::string>>("unset");
  if (parser.has("key")) change.key = parser.get<std::string>("key");
  if (ids.empty() || (change.set.empty() && change.unset.empty() && !change.key)) {
    throw Error(ErrorCode::kUsage,
                "which items, and what? 'simdb set ID... NAME=VALUE...'; see 'simdb set --help'");
  }
  const std::size_t changed = change_items(parser, ids, change, console);
  if (parser.flag("json")) {
    print_json(console.out, {{"changed", changed}});
  } else {
    console.out << "changed " << count_of(changed, "item", "items") << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
