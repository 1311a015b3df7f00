#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/input_file.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "pipeline/formats/import_lines.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kItemsPerCommit = 1024;

ImportedItems read_source(const std::string& path, Console& console, const Gallery& gallery) {
  const std::string& fingerprint = gallery.encoder_fingerprint();
  const std::size_t dimension = gallery.stats().dimension;
  if (path == "-") {
    return read_import_lines(console.in, "standard input", fingerprint, dimension,
                             InterruptGuard::check);
  }
  std::ifstream file = open_to_read(path);
  return read_import_lines(file, path, fingerprint, dimension, InterruptGuard::check);
}

// What became of an import that ends before all is in, and how to go on.
std::string so_far(std::span<const NewItem> items, std::size_t done) {
  if (done == 0) return "nothing was imported";
  const std::string safe =
      fmt::format("{} of {} are in and safe; ", done, count_of(items.size(), "item", "items"));
  // Whether an item is there already tells only its digest.
  const bool all_known = std::ranges::all_of(
      items.first(done), [](const NewItem& item) { return item.info.digest != Sha256{}; });
  if (all_known) return safe + "import the same again for the rest";
  return safe + fmt::format(
                    "for the rest import the first line and the last {}: items without "
                    "\"sha256\" would be added again",
                    items.size() - done);
}

}  // namespace

int run_import(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "import FILE.jsonl",
      "Adds the items of a file that 'simdb export' wrote (- for stdin). The vectors must come "
      "from "
      "the\ndatabase's own encoder. A bad line is named and nothing is imported. Cut short, it "
      "says "
      "how far it\ngot; the same command again goes on.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  Database database = open_to_write(parser, console);
  const InterruptGuard interrupt;
  ImportedItems imported{{}, EmbeddingBatch(database.gallery().dimension())};
  try {
    imported = read_source(parser.positional()[0], console, database.gallery());
  } catch (const Interrupted&) {
    console.err << "simdb: " << so_far({}, 0) << '\n';
    throw;
  }

  std::size_t added = 0;
  std::size_t done = 0;
  ProgressBar bar(console, "importing", imported.items.size());
  while (done < imported.items.size() && !InterruptGuard::requested()) {
    const auto items = std::span(imported.items)
                           .subspan(done, std::min(kItemsPerCommit, imported.items.size() - done));
    EmbeddingBatch embeddings(imported.embeddings.dimension());
    for (std::size_t i = 0; i < items.size(); ++i)
      embeddings.append_unit(imported.embeddings.row(done + i));
    try {
      for (const AddedItem& item : database.gallery().add(items, embeddings))
        added += item.is_new ? 1 : 0;
    } catch (const Error& e) {
      throw Error(e.code(), e.what() + ("; " + so_far(imported.items, done)));
    }
    done += items.size();
    bar.update(done);
  }
  bar.clear();
  const std::size_t existing = done - added;
  if (parser.flag("json")) {
    print_json(console.out, {{"imported", added}, {"existing", existing}});
  } else {
    console.out << "imported " << count_of(added, "item", "items");
    if (existing > 0) console.out << ", " << existing << " were there already";
    console.out << '\n';
  }
  if (done < imported.items.size()) {
    console.err << "simdb: " << so_far(imported.items, done) << '\n';
    InterruptGuard::check();
  }
  return 0;
}

}  // namespace simdb::cli
