#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/export_format.h"
#include "cli/item_json.h"
#include "cli/projector.h"
#include "cli/render.h"
#include "core/error.h"
#include "core/file_io.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

std::size_t write_lines(const Database& database, std::ostream& out) {
  const Gallery& gallery = database.gallery();
  const GalleryStats stats = gallery.stats();
  print_json(out, {{kExportVersionKey, kExportVersion},
                   {"dimension", stats.dimension},
                   {"encoder", stats.encoder_fingerprint}});
  std::size_t count = 0;
  gallery.for_each_item([&](const ItemRecord& item) {
    const auto embedding = gallery.embedding(item.id);
    if (!embedding) {
      throw Error(ErrorCode::kCorruption,
                  fmt::format("item {} has no vector; run 'simdb verify'", to_number(item.id)));
    }
    nlohmann::ordered_json line = to_json(item);
    line["vector"] = embedding->values();
    print_json(out, line);
    ++count;
    return static_cast<bool>(out);
  });
  return count;
}

std::size_t write_projector_folder(const Database& database, const std::string& folder) {
  const Gallery& gallery = database.gallery();
  ProjectorData data(gallery.stats().dimension);
  gallery.for_each_item([&](const ItemRecord& item) {
    if (const auto embedding = gallery.embedding(item.id)) {
      data.vectors.append(*embedding);
      data.class_names.push_back(item.info.class_name);
      data.sources.push_back(item.info.source);
      data.thumbnails.push_back(gallery.thumbnail(item.id));
    }
    return true;
  });
  write_projector(folder, data);
  return data.class_names.size();
}

}  // namespace

int run_export(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "export [-o FILE.jsonl | --projector DIR]",
      "Writes all items with their vectors: as JSON lines that 'simdb import' reads (stdout or "
      "FILE), "
      "or as a\nfolder for TensorBoard's embedding projector (vectors, metadata, sprite, config).");
  parser.options().add_options()("output,o", po::value<std::string>()->value_name("FILE"),
                                 "instead of stdout");
  parser.options().add_options()("projector", po::value<std::string>()->value_name("DIR"),
                                 "write DIR for the embedding projector");
  parser.with_database();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const Database database = open_database(parser, OpenMode::kReadOnly);
  std::size_t count = 0;
  if (parser.has("projector")) {
    count = write_projector_folder(database, parser.get<std::string>("projector"));
  } else if (parser.has("output")) {
    std::ostringstream lines;
    count = write_lines(database, lines);
    write_file_atomic(parser.get<std::string>("output"), lines.view());
  } else {
    count = write_lines(database, console.out);
  }
  console.err << "exported " << count_of(count, "item", "items") << '\n';
  return 0;
}

}  // namespace simdb::cli
