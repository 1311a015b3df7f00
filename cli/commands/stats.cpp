#include <fmt/format.h>

#include <ostream>

#include "cli/args.h"
#include "cli/calibration_text.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "pipeline/stats_json.h"
#include "simdb/ingest.h"

namespace simdb::cli {

int run_stats(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "stats", "Prints the size of the database and the encoder or the space it belongs to.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const std::filesystem::path folder = find_database(parser);
  const Database database = open_database(parser, OpenMode::kReadOnly);
  const auto calibration = stored_calibration(folder, database, console);
  if (parser.flag("json")) {
    console.out << stats_json(database, calibration ? &*calibration : nullptr, folder.string())
                << '\n';
  } else {
    const GalleryStats stats = database.gallery().stats();
    const KeptImages kept = database.gallery().kept_images();
    const bool keeps = kept.images > 0 || max_kept_image_bytes(database.gallery()) > 0;
    const auto& estimate = calibration ? calibration->estimate() : std::nullopt;
    const bool has_encoder = stats.space.empty();
    console.out << fmt::format(
        "database   {}\nitems      {}\nclasses    {}\ndimension  {}\n{}    {}\ndisk       {}\n",
        printable(folder.string()), stats.items, stats.classes, stats.dimension,
        has_encoder ? "encoder" : "space  ",
        has_encoder ? stats.encoder_fingerprint : printable(stats.space),
        byte_size(stats.disk_bytes));
    if (keeps) {
      console.out << fmt::format("images     {} kept, {}\n", kept.images, byte_size(kept.bytes));
    }
    if (estimate) {
      print_calibration(console.out, AnswerSets(*calibration, estimate->alpha).classes(),
                        *estimate);
    }
  }
  return 0;
}

}  // namespace simdb::cli
