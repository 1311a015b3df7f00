#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"

namespace simdb::cli {

int run_stats(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "stats", "Prints the size of the database and the encoder or the space it belongs to.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const std::filesystem::path folder = find_database(parser);
  const GalleryStats stats = open_database(parser, OpenMode::kReadOnly).gallery().stats();
  const bool has_encoder = stats.space.empty();
  if (parser.flag("json")) {
    nlohmann::ordered_json json = {{"database", folder.string()},
                                   {"items", stats.items},
                                   {"classes", stats.classes},
                                   {"dimension", stats.dimension},
                                   {"encoder", stats.encoder_fingerprint},
                                   {"disk_bytes", stats.disk_bytes}};
    if (!has_encoder) json["space"] = stats.space;
    print_json(console.out, json);
  } else {
    console.out << fmt::format(
        "database   {}\nitems      {}\nclasses    {}\ndimension  {}\n{}    {}\ndisk       {}\n",
        printable(folder.string()), stats.items, stats.classes, stats.dimension,
        has_encoder ? "encoder" : "space  ",
        has_encoder ? stats.encoder_fingerprint : printable(stats.space),
        byte_size(stats.disk_bytes));
  }
  return 0;
}

}  // namespace simdb::cli
