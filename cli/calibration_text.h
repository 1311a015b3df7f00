#pragma once

#include <iosfwd>

#include "cli/args.h"
#include "pipeline/decision_report.h"
#include "simdb/calibration.h"

namespace simdb::cli {

/// --alpha. Throws Error(kUsage) unless it lies between 0 and 1.
double alpha_of(const ArgumentParser& parser);

/// How classes are calibrated at the estimate's alpha, and what the gallery estimates.
void print_calibration(std::ostream& out, const CalibratedClasses& classes,
                       const CalibrationEstimate& estimate);

/// What `eval` prints of decisions.
void print_decisions(std::ostream& out, const DecisionReport& report);

}  // namespace simdb::cli
