#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "simdb/calibration.h"
#include "simdb/database.h"

namespace simdb {

/// Tells which images the database's encoder was trained on, by the note of its model. Reads the
/// model when it is first asked. `database` must outlive it. Thread-safe.
Calibration::TrainedOn trained_on(const Database& database);

/// The calibration in the folder of a database, brought up to date in memory; nothing if there is
/// none. Errors as Calibration::load and Gallery's.
std::optional<Calibration> refreshed_calibration(const std::filesystem::path& folder,
                                                 const Database& database);

/// What a calibration was made by, without the held-out images.
struct CalibrationBasis {
  CalibrationChoices choices;
  bool has_held_out = false;
  double alpha = 0.05;  ///< of its estimate
};
/// That of the calibration in the folder; nothing if there is none that can be used.
std::optional<CalibrationBasis> calibration_basis(const std::filesystem::path& folder,
                                                  const Database& database);
/// Computes and saves a calibration anew, with its estimate. Calls `check` often and lets out what
/// that throws.
void renew_calibration(const std::filesystem::path& folder, const Database& database,
                       const CalibrationBasis& basis, const std::function<void()>& check);

}  // namespace simdb
