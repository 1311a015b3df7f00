#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/image.h"

namespace simdb::test {

using Bytes = std::vector<std::byte>;

/// Every pixel the same; as many channels as values.
Image solid_image(int width, int height, std::initializer_list<std::uint8_t> pixel);

/// Every value random, the same for the same seed.
Image noise_image(int width, int height, int channels, unsigned seed);

/// RGB, like a photograph to statistics: octaves of smooth noise, finer ones weaker, in three
/// channels that mostly move together.
Image natural_image(int side, unsigned seed);

/// RGB, four quadrants: red, green / blue, white. No turn or mirror image of it equals it, and it
/// survives JPEG.
Image quadrant_image(int width, int height);

/// A file of the format that `extension` (".png", ".jpg", ".bmp", ".webp") names; JPEG of quality
/// 95, WebP lossless.
Bytes encode_as(const Image& image, const std::string& extension);

/// The same, progressive.
Bytes encode_progressive_jpeg(const Image& image);

/// A lossy WebP with or without transparency.
Bytes encode_lossy_webp(const Image& image);

/// What encode_png of the library never writes. `scanlines`: each row a filter byte and its packed
/// pixels; `extra`: whole chunks between IHDR and IDAT.
struct PngParts {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t bit_depth = 8;
  std::uint8_t colour_type = 0;
  Bytes extra = {};
  Bytes scanlines = {};
};
Bytes make_png(const PngParts& parts);
Bytes png_chunk(std::string_view type, std::span<const std::byte> data);

/// A valid black 1-bit PNG of any size: about 109 KB for 30,000 x 30,000.
Bytes make_png_bomb(std::uint32_t width, std::uint32_t height);

/// `jpeg` with an APP1 segment in front: Exif, XMP or nonsense of at most 65,533 bytes.
Bytes with_app1(const Bytes& jpeg, std::span<const std::byte> data);
/// `jpeg` with an APP1 segment that holds an EXIF orientation (1 to 8) and, if given, a thumbnail.
Bytes with_exif(const Bytes& jpeg, std::uint8_t orientation, const Bytes& thumbnail = {});
/// `file` (PNG or WebP, as encode_as writes it) with `data` in a chunk more: behind the PNG's
/// header, or at the end of the WebP.
Bytes with_png_chunk(const Bytes& file, std::string_view type, std::span<const std::byte> data);
Bytes with_webp_chunk(const Bytes& file, std::string_view type, std::span<const std::byte> data);
/// Exif that holds an orientation and no more: 26 bytes.
Bytes make_exif(std::uint8_t orientation);

/// The stored pixels that a viewer who honours `orientation` turns back into `upright`.
Image stored_with_orientation(const Image& upright, int orientation);

Bytes to_bytes(std::initializer_list<int> values);
Bytes to_bytes(std::string_view text);
void append(Bytes& to, std::span<const std::byte> more);

}  // namespace simdb::test
