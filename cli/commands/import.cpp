#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "pipeline/formats/import_lines.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kItemsPerCommit = 1024;

ImportedItems read_source(const std::string& path, Console& console, const Gallery& gallery) {
  const std::string& fingerprint = gallery.encoder_fingerprint();
  const std::size_t dimension = gallery.stats().dimension;
  if (path == "-") return read_import_lines(console.in, "standard input", fingerprint, dimension);
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorCode::kNotFound,
                "can't read " + path + ": there is no such file, or it may not be read");
  return read_import_lines(file, path, fingerprint, dimension);
}

}  // namespace

int run_import(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "import FILE.jsonl",
      "Adds the items of a file that 'simdb export' wrote (- for stdin). The vectors must come "
      "from "
      "the\ndatabase's own encoder. A bad line is named and nothing is imported.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  Database database = open_to_write(parser, console);
  const ImportedItems imported = read_source(parser.positional()[0], console, database.gallery());

  std::size_t added = 0;
  ProgressBar bar(console, "importing", imported.items.size());
  for (std::size_t first = 0; first < imported.items.size(); first += kItemsPerCommit) {
    const auto items =
        std::span(imported.items)
            .subspan(first, std::min(kItemsPerCommit, imported.items.size() - first));
    EmbeddingBatch embeddings(imported.embeddings.dimension());
    for (std::size_t i = 0; i < items.size(); ++i)
      embeddings.append_unit(imported.embeddings.row(first + i));
    for (const AddedItem& item : database.gallery().add(items, embeddings))
      added += item.is_new ? 1 : 0;
    bar.update(first + items.size());
  }
  bar.clear();
  const std::size_t existing = imported.items.size() - added;
  if (parser.flag("json")) {
    print_json(console.out, {{"imported", added}, {"existing", existing}});
  } else {
    console.out << "imported " << count_of(added, "item", "items");
    if (existing > 0) console.out << ", " << existing << " were there already";
    console.out << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
