#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace simdb {

/// The orientation, 1 to 8, that a JPEG's APP1 segment holds; 1, upright, where it is Exif but
/// doesn't tell, or nothing that makes sense; nothing where it is another kind of segment. Never
/// reads outside `segment`, and never throws. Thread-safe.
std::optional<int> read_orientation(std::span<const std::byte> segment);

}  // namespace simdb
