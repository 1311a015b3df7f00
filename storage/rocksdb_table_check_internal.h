#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace simdb {

/// Throws Error(kCorruption), naming the file, if a table of the store has one certain bit flipped.
/// RocksDB (7.8, ReadTablePropertiesHelper) parses a table's block of properties before it compares
/// the block's checksum, and takes the highest bit of its last four bytes for the sign of a hash
/// index. No such block has one, and Debian's build asserts that it is not empty: the flip would
/// end the process. All other damage is left to RocksDB's checksums, also in what is read here to
/// find the bit.
void require_openable_tables(const std::filesystem::path& store);

/// Where in a table that byte is whose highest bit must be 0; nothing if the file is no table of
/// simdb's, for instance one that is still being written.
std::optional<std::uint64_t> hash_index_mark(const std::filesystem::path& table);

}  // namespace simdb
