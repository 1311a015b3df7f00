#pragma once

#include <cstddef>
#include <string>

#include "pipeline/evaluate.h"

namespace simdb {

/// At most so many points of a curve are written.
inline constexpr std::size_t kCurvePoints = 200;

/// As docs/cli.md describes `eval --json`, without a line break.
std::string evaluation_json(const Evaluation& result);

}  // namespace simdb
