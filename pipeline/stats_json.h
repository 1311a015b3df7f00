#pragma once

#include <string>

#include "simdb/calibration.h"
#include "simdb/database.h"

namespace simdb {

/// What `stats --json` prints, without a line break. `folder` is what it calls the database; where
/// that is empty it does not say. `calibration` may be null.
std::string stats_json(const Database& database, const Calibration* calibration,
                       const std::string& folder);

}  // namespace simdb
