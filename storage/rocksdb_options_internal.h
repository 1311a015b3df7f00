#pragma once

#include <rocksdb/db.h>

#include <cstddef>
#include <vector>

namespace simdb {

/// Options of writers and readers alike.
rocksdb::DBOptions database_options();

/// All column families: RocksDB's own "default", which stays empty, then kColumnFamilyNames.
std::vector<rocksdb::ColumnFamilyDescriptor> column_families();

/// "default" and "meta" alone: enough to read a store's format version, whatever else it holds.
std::vector<rocksdb::ColumnFamilyDescriptor> meta_column_families();

rocksdb::WriteOptions synced_write();

/// Verifies checksums and leaves the block cache to others.
rocksdb::ReadOptions scan_options();

/// Per-key protection of a batch on its way to the log, in bytes.
inline constexpr std::size_t kProtectionBytes = 8;

}  // namespace simdb
