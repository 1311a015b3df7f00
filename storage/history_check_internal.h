#pragma once

#include <functional>
#include <string>

#include "storage/rocksdb_connection_internal.h"

namespace simdb {

/// Calls `report` with each contradiction in what a store knows of its past, in words: its history,
/// the sessions and their bounds, beside the items. Throws Error(kCorruption) where it can't be
/// read.
void check_history(const RocksConnection& connection,
                   const std::function<void(const std::string&)>& report);

}  // namespace simdb
