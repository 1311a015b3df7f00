#pragma once

#include <vector>

#include "storage/rocksdb_connection_internal.h"
#include "storage/store.h"

namespace simdb {

/// Store::verify. `store` is the one that reads from `connection`.
std::vector<StoreProblem> verify_store(const RocksConnection& connection, const Store& store);

}  // namespace simdb
