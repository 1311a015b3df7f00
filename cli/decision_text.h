#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simdb/calibration.h"

namespace simdb::cli {

/// "item", "classes", ... : what gave a class its p-values.
std::string_view name_of(CalibratedBy by) noexcept;

/// "bolt  97.5 %, p 0.42", "ambiguous: bolt (97.5 %, p 0.42) or nut (2.5 %, p 0.08)", "unknown
/// (nearest class bolt, similarity 0.612; no class has a p-value above 0.05)". `prediction` has
/// neighbours.
std::string decision_text(const Decision& decision, const Prediction& prediction, double alpha);

/// An array of the possible classes.
nlohmann::ordered_json to_json(const Decision& decision);

}  // namespace simdb::cli
