#pragma once

#include <functional>
#include <string>
#include <vector>

#include "simdb/database.h"
#include "simdb/repair.h"

namespace simdb {

/// What `simdb verify` finds: what Database::verify() names, and whether the calibration can be
/// read. Calls `check` now and then and lets out what that throws.
VerifyReport verify(const Database& database, const std::function<void()>& check = [] {});
/// What `simdb verify --deep` finds besides: loads the encoder, compares searches with a linear
/// scan and decodes all thumbnails. `check` as above.
std::vector<std::string> verify_deeply(
    const Database& database, const std::function<void()>& check = [] {});

/// What `verify --json` prints, without a line break. `repaired`: of `verify --repair`.
std::string verification_json(const RepairReport& report, bool repaired);

}  // namespace simdb
