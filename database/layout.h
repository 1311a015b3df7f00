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

/// How similar the images of each class are, as last computed; may be missing.
inline constexpr std::string_view kCalibrationFile = "calibration";

/// Pictures that the server keeps until someone names them; may be missing. No other part of simdb
/// looks into it, and backups do without.
inline constexpr std::string_view kUnknownsFolder = "unknowns";

std::filesystem::path snapshot_path(const std::filesystem::path& folder);
std::filesystem::path calibration_path(const std::filesystem::path& folder);
/// Removes what interrupted writes of such a file left. Only for the process that writes the
/// database.
void remove_unfinished(const std::filesystem::path& file);

/// The store of the database in `folder`.
std::filesystem::path store_path(const std::filesystem::path& folder);

/// Bytes of all files under `folder`. Files that vanish meanwhile count 0.
std::uint64_t disk_bytes(const std::filesystem::path& folder);

}  // namespace simdb
