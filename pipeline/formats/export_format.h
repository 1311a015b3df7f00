#pragma once

// The JSON lines of `simdb export` and `simdb import`; docs/file_formats.md describes them.
namespace simdb {

/// The first line is {"simdb_export": kExportVersion, "dimension": ..., "encoder": ...}.
inline constexpr const char* kExportVersionKey = "simdb_export";
inline constexpr int kExportVersion = 1;

}  // namespace simdb
