#pragma once

#include <cstddef>
#include <string>

#include "pipeline/decision_report.h"
#include "pipeline/evaluate.h"

namespace simdb {

/// At most so many points of a curve are written.
inline constexpr std::size_t kCurvePoints = 200;

/// As docs/cli.md describes `eval --json`, without a line break; `decisions` may be null.
std::string evaluation_json(const Evaluation& result, const DecisionReport* decisions = nullptr);

}  // namespace simdb
