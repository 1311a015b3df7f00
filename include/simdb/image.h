#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "simdb/digest.h"

namespace simdb {

/// Decoded pixels: 8 bits per channel, rows top to bottom, channels interleaved and in the order
/// grey, RGB or RGBA (straight alpha). pixels.size() == width * height * channels. A plain value;
/// thread-compatible.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;  ///< 1, 3 or 4
  std::vector<std::uint8_t> pixels;
};

/// An image together with where it came from. A plain value; thread-compatible.
struct SourceImage {
  Image image = {};
  std::string source = {};  ///< absolute path of the file; empty where there is none
  Sha256 digest{};          ///< of the file's bytes, not of the pixels
  std::vector<std::byte> thumbnail =
      {};  ///< PNG, JPEG, WebP, GIF, TIFF or BMP bytes, at most 64 x 64 pixels
};

}  // namespace simdb
