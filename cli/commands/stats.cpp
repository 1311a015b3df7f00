#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "cli/args.h"
#include "cli/calibration_text.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/remote/read_answers.h"
#include "cli/remote/remote.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "pipeline/stats_json.h"
#include "simdb/ingest.h"

namespace simdb::cli {

namespace {

// What is told of a database.
struct Facts {
  std::string name;
  GalleryStats stats = {};
  bool is_approximate = false;                      // its searches
  std::optional<KeptImages> images = std::nullopt;  // where it keeps them
  CalibratedClasses classes = {};
  std::optional<CalibrationEstimate> estimate = std::nullopt;
};

void print_facts(std::ostream& out, const Facts& facts) {
  const GalleryStats& stats = facts.stats;
  const bool has_encoder = stats.space.empty();
  out << fmt::format(
      "database   {}\nitems      {}\nclasses    {}\ndimension  {}\n{}    {}\ndisk       {}\n",
      printable(facts.name), stats.items, stats.classes, stats.dimension,
      has_encoder ? "encoder" : "space  ",
      has_encoder ? printable(stats.encoder_fingerprint) : printable(stats.space),
      byte_size(stats.disk_bytes));
  if (facts.is_approximate) out << "searches   approximate\n";
  if (facts.images) {
    out << fmt::format("images     {} kept, {}\n", facts.images->images,
                       byte_size(facts.images->bytes));
  }
  if (facts.estimate) print_calibration(out, facts.classes, *facts.estimate);
}

// Of stats_json().
Facts facts_from(const nlohmann::ordered_json& json, std::string name) {
  Facts facts{.name = std::move(name)};
  facts.stats.items = json.at("items").get<std::uint64_t>();
  facts.stats.classes = json.at("classes").get<std::uint64_t>();
  facts.stats.dimension = json.at("dimension").get<std::size_t>();
  facts.stats.encoder_fingerprint = json.at("encoder").get<std::string>();
  facts.stats.disk_bytes = json.at("disk_bytes").get<std::uint64_t>();
  facts.is_approximate = json.value("approximate", false);
  facts.stats.space = json.value("space", std::string());
  if (json.contains("images")) {
    facts.images = {.images = json.at("images").get<std::uint64_t>(),
                    .bytes = json.at("image_bytes").get<std::uint64_t>()};
  }
  if (json.contains("calibration")) {
    facts.classes = classes_from(json.at("calibration"));
    facts.estimate = estimate_from(json.at("calibration"));
  }
  return facts;
}

Facts facts_of(const Database& database, const std::optional<Calibration>& calibration,
               const std::string& name) {
  const Gallery& gallery = database.gallery();
  Facts facts{.name = name, .stats = gallery.stats(), .is_approximate = gallery.is_approximate()};
  const KeptImages kept = gallery.kept_images();
  if (kept.images > 0 || max_kept_image_bytes(gallery) > 0) facts.images = kept;
  if (!calibration) return facts;
  facts.estimate = calibration->estimate();
  if (facts.estimate) facts.classes = AnswerSets(*calibration, facts.estimate->alpha).classes();
  return facts;
}

}  // namespace

int run_stats(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "stats", "Prints the size of the database and the encoder or the space it belongs to.");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  if (auto remote = Remote::of(parser)) {
    const std::string answer = remote->get(Remote::Target("/v1/stats"));
    if (parser.flag("json")) {
      console.out << answer << '\n';
    } else {
      print_facts(console.out,
                  facts_from(parse_answer(answer), remote->http().server().address.name));
    }
    return 0;
  }
  const std::string name = find_database(parser).name();
  const Database database = open_database(parser, OpenMode::kReadOnly);
  const auto calibration = stored_calibration(database, console);
  if (parser.flag("json")) {
    console.out << stats_json(database, calibration ? &*calibration : nullptr, name) << '\n';
  } else {
    print_facts(console.out, facts_of(database, calibration, name));
  }
  return 0;
}

}  // namespace simdb::cli
