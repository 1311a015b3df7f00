#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

// The names inside a database folder; docs/file_formats.md describes what they hold.
namespace simdb {

/// Items, embeddings, classes and the encoder (RocksDB).
inline constexpr std::string_view kStoreFolder = "store";

/// The index as it was when it was last saved; may be missing.
inline constexpr std::string_view kSnapshotFile = "index.snapshot";

/// Pictures that the server keeps until someone names them; may be missing. No other part of simdb
/// looks into it, and backups do without.
inline constexpr std::string_view kUnknownsFolder = "unknowns";

std::filesystem::path snapshot_path(const std::filesystem::path& folder);
/// A file of Gallery::sidecar. Throws Error(kUsage) if the name is not of letters and digits.
std::filesystem::path sidecar_path(const std::filesystem::path& folder, std::string_view name);
/// Removes what interrupted writes of such a file left. Only for the process that writes the
/// database.
void remove_unfinished(const std::filesystem::path& file);

/// The store of the database in `folder`.
std::filesystem::path store_path(const std::filesystem::path& folder);

/// Bytes of all files under `folder`. Files that vanish meanwhile count 0.
std::uint64_t disk_bytes(const std::filesystem::path& folder);

}  // namespace simdb
