#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace simdb {

// Neither reads outside what it is given, and neither throws. Thread-safe.

/// The orientation, 1 to 8, that Exif (a small TIFF file) tells; 1, upright, where it tells none,
/// or nothing that makes sense. Some programs write "Exif" and two zeros in front of it.
int read_orientation(std::span<const std::byte> exif);

/// The same of a JPEG's APP1 segment; nothing where it is another kind of segment.
std::optional<int> read_segment_orientation(std::span<const std::byte> segment);

}  // namespace simdb
