#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "pipeline/evaluate.h"

namespace simdb::cli {

/// At most so many points of a curve are written.
inline constexpr std::size_t kCurvePoints = 200;

/// The measures, a confusion matrix if it fits a terminal, and the first errors.
void print_evaluation(std::ostream& out, const Evaluation& result);

/// As docs/cli.md describes `eval --json`.
nlohmann::ordered_json to_json(const Evaluation& result);

}  // namespace simdb::cli
