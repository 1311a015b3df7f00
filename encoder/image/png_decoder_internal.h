#pragma once

#include <cstddef>
#include <span>

#include "core/image.h"

namespace simdb {

/// Decodes a whole PNG file: 16 bits scaled to 8, palettes resolved, the transparency of palettes
/// and RGB applied, grey with alpha as RGBA. Chunks that have no say in pixels are skipped unread,
/// so nothing is unpacked but the pixels themselves. Throws std::runtime_error with the reason for
/// a damaged file, and as soon as it has taken `max_seconds` of this thread's time. Prints nothing.
/// Thread-safe.
Image decode_png(std::span<const std::byte> png, double max_seconds);

}  // namespace simdb
