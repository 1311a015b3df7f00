#pragma once

#include <nlohmann/json_fwd.hpp>

#include "simdb/calibration.h"

namespace simdb {

nlohmann::ordered_json to_json(const EstimatedShare& share);
/// How classes are calibrated at the estimate's alpha, and what the gallery estimates.
nlohmann::ordered_json to_json(const CalibratedClasses& classes,
                               const CalibrationEstimate& estimate);

}  // namespace simdb
