#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "core/file_system.h"
#include "decisions/calibration_state.h"

namespace simdb {

// The file `calibration` in a database folder; docs/file_formats.md describes it.

/// Replaces the file at `path`, durably. Throws Error(kIo); what was there is kept then.
void write_calibration(const std::filesystem::path& path, const CalibrationState& state,
                       FileSystem& files = system_files());

/// What the bytes of a calibration file say. `path` is for messages. Throws Error(kCorruption) if
/// they are damaged, Error(kBadInput) if they are of a newer version, of another byte order or
/// belong to a gallery of another fingerprint or dimension.
CalibrationState parse_calibration(std::span<const std::byte> bytes,
                                   const std::filesystem::path& path,
                                   const std::string& fingerprint, std::size_t dimension);

}  // namespace simdb
