#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/export_format.h"
#include "cli/item_json.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "core/class_name.h"
#include "core/error.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kItemsPerCommit = 1024;

struct ImportedItems {
  std::vector<NewItem> items;
  EmbeddingBatch embeddings;
};

void require_same_encoder(const nlohmann::json& header, const Gallery& gallery) {
  const int version = header.at(kExportVersionKey).get<int>();
  if (version != kExportVersion) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("it has format version {}, this simdb knows {}; use a newer simdb",
                            version, kExportVersion));
  }
  const auto fingerprint = header.at("encoder").get<std::string>();
  if (fingerprint != gallery.encoder_fingerprint()) {
    throw Error(ErrorCode::kBadInput, fmt::format("its vectors belong to encoder {}, the database "
                                                  "to {}; add the images themselves instead",
                                                  printable(fingerprint.substr(0, 12)),
                                                  gallery.encoder_fingerprint().substr(0, 12)));
  }
}

void append_item(const nlohmann::json& line, ImportedItems& imported) {
  NewItem item;
  item.info.class_name = line.at("class").get<std::string>();
  require_class_name(item.info.class_name);
  item.info.source = source_of(line);
  if (line.contains("sha256"))
    item.info.digest = sha256_from_hex(line["sha256"].get<std::string>());
  item.info.width = line.value("width", 0U);
  item.info.height = line.value("height", 0U);
  imported.embeddings.append_unit(line.at("vector").get<std::vector<float>>());
  imported.items.push_back(std::move(item));
}

// Reads everything before anything is stored: a bad line then leaves the database as it was.
ImportedItems read_lines(std::istream& in, const std::string& name, const Gallery& gallery) {
  ImportedItems imported{{}, EmbeddingBatch(gallery.stats().dimension)};
  std::size_t number = 0;
  std::string text;
  try {
    while (std::getline(in, text)) {
      ++number;
      const nlohmann::json line = nlohmann::json::parse(text);
      if (number == 1) {
        require_same_encoder(line, gallery);
      } else {
        append_item(line, imported);
      }
    }
  } catch (const std::exception& e) {
    throw Error(
        ErrorCode::kBadInput,
        fmt::format("can't import {}: line {}: {}; nothing was imported", name, number, e.what()));
  }
  if (number == 0) {
    throw Error(ErrorCode::kBadInput, "can't import " + name + ": it is empty");
  }
  return imported;
}

ImportedItems read_source(const std::string& path, Console& console, const Gallery& gallery) {
  if (path == "-") return read_lines(console.in, "standard input", gallery);
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorCode::kNotFound,
                "can't read " + path + ": there is no such file, or it may not be read");
  return read_lines(file, path, gallery);
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
  Database database = open_database(parser, OpenMode::kReadWrite);
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
