#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

// The names inside a database folder; docs/file_formats.md describes what they hold.
namespace simdb {

/// Items, embeddings, classes and the encoder (RocksDB).
inline constexpr std::string_view kStoreFolder = "store";

/// The store of the database in `folder`.
std::filesystem::path store_path(const std::filesystem::path& folder);

/// Bytes of all files under `folder`. Files that vanish meanwhile count 0.
std::uint64_t disk_bytes(const std::filesystem::path& folder);

}  // namespace simdb
