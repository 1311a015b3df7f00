#pragma once

#include <cstddef>
#include <stdexcept>

#include "encoder/image/decoders_internal.h"
#include "tests/fuzz/fuzz_support.h"

namespace simdb::fuzz {

/// Decodes `bytes`, small pictures only, and looks at what comes out. Another exception than the
/// decoders' own is a finding.
template <typename Decode>
void try_decode(std::span<const std::byte> bytes, Decode&& decode) {
  constexpr ImageLimits kSmall = {
      .max_pixels = 1 << 16, .max_memory_bytes = 64u << 20, .max_seconds = 5};
  DecodeBudget budget(kSmall, bytes.size());
  try {
    const StoredImage stored{decode(bytes, budget)};
    const Image& image = stored.image;
    require(stored.orientation >= 1 && stored.orientation <= 8, "an orientation of Exif's");
    require(image.width > 0 && image.height > 0, "a picture has pixels");
    require(image.channels == 1 || image.channels == 3 || image.channels == 4, "grey, RGB or RGBA");
    require(image.pixels.size() == static_cast<std::size_t>(image.width) * image.height *
                                       static_cast<std::size_t>(image.channels),
            "all pixels are there, and no more");
  } catch (const std::runtime_error&) {  // the reason why it is refused
  }
}

}  // namespace simdb::fuzz
