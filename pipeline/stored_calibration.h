#pragma once

#include <functional>
#include <optional>

#include "simdb/calibration.h"
#include "simdb/database.h"

namespace simdb {

/// Tells which images the database's encoder was trained on, by the note of its model. Reads the
/// model when it is first asked. `database` must outlive it. Thread-safe.
Calibration::TrainedOn trained_on(const Database& database);

/// The calibration of a database, brought up to date in memory; nothing if there is none. Errors as
/// Calibration::load and Gallery's.
std::optional<Calibration> refreshed_calibration(const Database& database);

/// What a calibration was made by, without the held-out images.
struct CalibrationBasis {
  CalibrationChoices choices;
  bool has_held_out = false;
  double alpha = 0.05;  ///< of its estimate
};
/// That of the database's calibration; nothing if there is none that can be used.
std::optional<CalibrationBasis> calibration_basis(const Database& database);
/// How a calibration calibrates the classes at the alpha of its estimate.
struct CalibrationSummary {
  CalibratedClasses classes;
  CalibrationEstimate estimate;
};
/// Nothing for one without an estimate.
std::optional<CalibrationSummary> summary_of(const Calibration& calibration);

struct NewCalibration {
  Calibration calibration;  ///< with its estimate
  CalibrationSummary summary;
};
/// Computes what `simdb calibrate` does. Calls `check` often, by several threads at a time, and
/// lets out what that throws.
NewCalibration new_calibration(const Database& database, const CalibrationChoices& choices,
                               double alpha, const std::optional<HeldOutImages>& held_out,
                               const std::function<void()>& check);
/// Computes and saves a calibration anew, with its estimate. `check` as above.
void renew_calibration(Database& database, const CalibrationBasis& basis,
                       const std::function<void()>& check);

}  // namespace simdb
