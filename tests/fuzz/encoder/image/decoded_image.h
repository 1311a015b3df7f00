#pragma once

#include <cstddef>
#include <cstdint>

#include "core/image.h"
#include "encoder/image/image_codec.h"
#include "encoder/image/image_header.h"
#include "tests/fuzz/fuzz_support.h"

namespace simdb::fuzz {

/// Larger pictures and more scans are refused before a decoder sees them; see ImageLimits.
inline constexpr std::uint64_t kMostPixels = 1 << 16;

inline bool is_affordable(const ImageHeader& header) {
  return std::uint64_t{header.width} * header.height <= kMostPixels &&
         header.jpeg.scans <= ImageLimits{}.max_scans;
}

/// That the picture is no larger than the header that its cost was estimated by.
inline void require_as_announced(const Image& image, const ImageHeader& header) {
  require(static_cast<std::uint32_t>(image.width) == header.width &&
              static_cast<std::uint32_t>(image.height) == header.height,
          "the picture has the size that its header says");
  require(image.channels <= header.channels,
          "and not more channels than the cost was estimated for");
  require(image.pixels.size() ==
              std::size_t{header.width} * header.height * static_cast<std::size_t>(image.channels),
          "all pixels are there");
}

}  // namespace simdb::fuzz
