#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "pipeline/answers.h"
#include "simdb/ingest.h"
#include "simdb/item.h"

// What servers answer, as the values that it was made of, so that what prints these prints it too.
// All throw nlohmann::json::exception for what is not of the shape that docs/server.md has.
namespace simdb::cli {

/// Of append_json_line().
ItemRecord item_from(const nlohmann::ordered_json& json);

/// Of answer_json(): as far as its text tells it.
Answer answer_from(const nlohmann::ordered_json& json);

/// Of a calibration's to_json().
CalibrationEstimate estimate_from(const nlohmann::ordered_json& json);
CalibratedClasses classes_from(const nlohmann::ordered_json& json);

/// What became of an image that was added. `duplicate` if it has the picture of an item; its index
/// is 0.
struct Addition {
  AddedItem item;
  std::optional<DuplicateImage> duplicate = std::nullopt;
};
Addition addition_from(const nlohmann::ordered_json& json);

}  // namespace simdb::cli
