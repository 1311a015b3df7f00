#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"

namespace simdb::cli {

int run_reindex(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("reindex",
                        "Rebuilds the index from the stored embeddings and saves it as "
                        "index.snapshot, which later\n"
                        "commands map instead of building their own. Large databases do that by "
                        "themselves when much\n"
                        "has changed; this mends a damaged snapshot. Answers do not change.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  Database database = open_to_write(parser, console);
  const auto start = std::chrono::steady_clock::now();
  const ReindexReport report = database.reindex();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (parser.flag("json")) {
    print_json(console.out, {{"items", report.items}, {"snapshot_bytes", report.snapshot_bytes}});
  } else {
    console.out << fmt::format("indexed {} in {:.1f} s, saved {}\n",
                               count_of(report.items, "item", "items"), seconds.count(),
                               byte_size(report.snapshot_bytes));
  }
  return 0;
}

}  // namespace simdb::cli
