#pragma once

#include <vector>

#include "simdb/database.h"

namespace simdb {

/// What Database::query answers where a look-up with `options` found `neighbors`. Thread-safe.
Prediction predict(std::vector<LabeledNeighbor> neighbors, const QueryOptions& options);

}  // namespace simdb
