#pragma once

#include "database/copy_gallery.h"
#include "simdb/database_place.h"

namespace simdb {

/// Makes a database that is what the one of `from` is, which others may use meanwhile, its
/// calibration included. What ended early goes on with the next call. Errors as copy_gallery's and
/// DatabasePlace's.
CopyReport copy_database(const DatabasePlace& from, const DatabasePlace& to,
                         const CopyOptions& options = {});

}  // namespace simdb
