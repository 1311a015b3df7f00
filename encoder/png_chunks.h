#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace simdb {

/// `png` with only the chunks that decide about pixels: IHDR, PLTE, tRNS, IDAT and IEND. Nothing if
/// one of them fails its checksum or is cut short, or if there is no IDAT. Without the others
/// libpng has neither colour profiles to complain about on stderr nor compressed texts to unpack.
/// Thread-safe.
std::optional<std::vector<std::byte>> essential_png(std::span<const std::byte> png);

}  // namespace simdb
