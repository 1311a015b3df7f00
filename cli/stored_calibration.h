#pragma once

#include <filesystem>
#include <optional>

#include "cli/console.h"
#include "pipeline/stored_calibration.h"

namespace simdb::cli {

/// refreshed_calibration(), but one that can't be used is named on stderr and counts as none.
std::optional<Calibration> stored_calibration(const std::filesystem::path& folder,
                                              const Database& database, Console& console);

/// For commands that changed a database: brings the calibration in its folder, if there is one, up
/// to date. What fails is named on stderr: queries do without.
void keep_calibration(const std::filesystem::path& folder, const Database& database,
                      Console& console);

}  // namespace simdb::cli
