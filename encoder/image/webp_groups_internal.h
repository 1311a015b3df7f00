#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encoder/image/decoders_internal.h"

namespace simdb {

/// How many groups of Huffman tables libwebp builds, all at once and without a bound of its own,
/// for the lossless picture in a WebP file: its colours, or the transparency of a lossy one. 0.3 MB
/// can ask for 65,536 groups of up to 21 KB each; no encoder uses more than a few thousand. Reads
/// the stream as far as it must. Throws as decoders do for a damaged one.
std::uint32_t count_webp_groups(std::span<const std::byte> webp, const DecodeBudget& budget);

}  // namespace simdb
