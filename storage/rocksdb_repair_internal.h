#pragma once

#include "storage/rocksdb_connection_internal.h"
#include "storage/store.h"

namespace simdb {

/// Store::repair on any file system.
StoreRepair repair_store(const std::filesystem::path& path, rocksdb::Env* env);

}  // namespace simdb
