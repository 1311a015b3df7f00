#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace simdb {

/// How many groups of Huffman tables libwebp builds, all at once, for the lossless pictures in a
/// WebP file: its colours, or the transparency of a lossy one. A file of 0.3 MB and a megapixel can
/// ask for 65,536, of up to 20 KB each; no encoder uses more than a few thousand. Reads the stream
/// as far as it must, which takes a sixteenth of the pixels at most. 0 where nothing is lossless;
/// nothing if the stream is damaged or cut short before. Never reads outside `webp`. Thread-safe.
std::optional<std::uint32_t> count_webp_tables(std::span<const std::byte> webp);

}  // namespace simdb
