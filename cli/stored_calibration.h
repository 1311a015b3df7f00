#pragma once

#include <optional>

#include "cli/console.h"
#include "pipeline/stored_calibration.h"

namespace simdb::cli {

/// refreshed_calibration(), but one that can't be used is named on stderr and counts as none.
std::optional<Calibration> stored_calibration(const Database& database, Console& console);

/// For commands that changed a database: brings its calibration, if there is one, up to date. What
/// fails is named on stderr: queries do without.
void keep_calibration(Database& database, Console& console);

}  // namespace simdb::cli
