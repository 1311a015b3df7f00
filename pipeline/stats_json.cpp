#include "pipeline/stats_json.h"

#include <nlohmann/json.hpp>

#include "pipeline/formats/calibration_json.h"
#include "pipeline/formats/json_text.h"
#include "pipeline/stored_calibration.h"
#include "simdb/ingest.h"

namespace simdb {

std::string stats_json(const Database& database, const Calibration* calibration,
                       const std::string& folder) {
  const GalleryStats stats = database.gallery().stats();
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!folder.empty()) json["database"] = folder;
  json["items"] = stats.items;
  json["classes"] = stats.classes;
  json["dimension"] = stats.dimension;
  json["encoder"] = stats.encoder_fingerprint;
  if (database.gallery().is_approximate()) json["approximate"] = true;
  json["disk_bytes"] = stats.disk_bytes;
  if (!stats.space.empty()) json["space"] = stats.space;
  const KeptImages kept = database.gallery().kept_images();
  if (kept.images > 0 || max_kept_image_bytes(database.gallery()) > 0) {
    json["images"] = kept.images;
    json["image_bytes"] = kept.bytes;
  }
  const auto summary = calibration != nullptr ? summary_of(*calibration) : std::nullopt;
  if (summary) json["calibration"] = to_json(summary->classes, summary->estimate);
  return json_text(json);
}

}  // namespace simdb
