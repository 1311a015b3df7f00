#pragma once

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <filesystem>
#include <string_view>

#include "simdb/error.h"

namespace simdb {

/// Throws the Error that `status` stands for unless it is ok: kCorruption for damaged or missing
/// files, kIo where the system refused, kInternal for the rest. The message is "can't ATTEMPT
/// STORE: REASON; REMEDY".
void require_ok(const rocksdb::Status& status, std::string_view attempt,
                const std::filesystem::path& store);

/// Whether the system refused to open CURRENT. RocksDB then asks itself whether direct I/O is the
/// reason, which it never is here, and reports an invalid argument.
bool is_refused_open(const rocksdb::Status& status);

/// Error(kCorruption): "the store STORE is damaged: WHAT; ...".
Error damaged(const std::filesystem::path& store, std::string_view what);

// An empty view may point nowhere, which RocksDB hands to memcmp.
inline rocksdb::Slice to_slice(std::string_view bytes) {
  return bytes.empty() ? rocksdb::Slice() : rocksdb::Slice(bytes.data(), bytes.size());
}
inline std::string_view to_view(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

}  // namespace simdb
