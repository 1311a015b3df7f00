#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decisions/calibration_state.h"

namespace simdb {

// The file beside a gallery; docs/file_formats.md describes it.
inline constexpr std::string_view kCalibrationFile = "calibration";

std::vector<std::byte> calibration_bytes(const CalibrationState& state);

/// What the bytes of a calibration file say. `path` is for messages. Throws Error(kCorruption) if
/// they are damaged, Error(kBadInput) if they are of a newer version, of another byte order or
/// belong to a gallery of another fingerprint or dimension.
CalibrationState parse_calibration(std::span<const std::byte> bytes, const std::string& path,
                                   const std::string& fingerprint, std::size_t dimension);

}  // namespace simdb
