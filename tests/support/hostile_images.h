#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/images.h"

namespace simdb::test {

/// A JPEG of any kind. Rows are drawn as they are written, so that it may be large.
struct JpegRecipe {
  int width = 0;
  int height = 0;
  int components = 3;  ///< 1, 3 or 4 (CMYK)
  bool ycck = false;   ///< four components as YCCK
  bool progressive = false;
  bool arithmetic = false;
  bool halved_colours = false;  ///< 4:2:0 instead of 4:4:4
  int quality = 90;
  bool noise = false;
};
Bytes make_jpeg(const JpegRecipe& recipe);
/// Each number of components, in one scan and progressive, by Huffman's and arithmetic coding.
std::vector<JpegRecipe> jpeg_kinds(int width, int height);

/// A JPEG (4:4:4, quality 100) of which so many percent of the coefficients are +-`amplitude`: as
/// costly to unpack as can be.
struct CoefficientRecipe {
  int width = 0;  ///< both multiples of 8
  int height = 0;
  bool progressive = false;
  bool arithmetic = false;
  int amplitude = 1;
  int percent = 100;
};
Bytes make_jpeg_of_coefficients(const CoefficientRecipe& recipe);

/// `jpeg` with its last scan written `times` times more: a few bytes each.
Bytes repeat_last_scan(const Bytes& jpeg, int times);

/// `jpeg` with `segment` (FF, marker, length, data) `times` times behind SOI.
Bytes with_segments(const Bytes& jpeg, const Bytes& segment, std::size_t times);

/// A PNG of any kind and size, drawn while it is written.
struct PngRecipe {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t bit_depth = 8;
  std::uint8_t colour_type = 2;
  bool interlaced = false;
  bool transparent = false;  ///< with a tRNS chunk
  std::uint8_t filter = 0;
  int noise_every = 0;  ///< a fresh row of noise after so many equal ones; 0: all alike
};
Bytes make_large_png(const PngRecipe& recipe);

/// A 100 x 100 PNG whose compressed data are `bytes` of deflate blocks that hold nothing.
Bytes make_png_of_empty_blocks(std::size_t bytes);

/// A PNG signature and IHDR for 10 x 10 grey pixels, then `chunk` `times` times, then the pixels.
Bytes make_png_with_chunks(const Bytes& chunk, std::size_t times);

/// A 1,024 x 1,024 WebP of 0.3 MB that has the decoder build 65,536 groups of Huffman tables.
Bytes make_webp_of_many_tables();

/// A RIFF file with the frame of `webp` (as encode_as writes it) twice in an animation.
Bytes make_animated_webp(const Bytes& webp, int width, int height);

/// A GIF of two frames.
Bytes make_animated_gif();

/// A GIF with a palette of 128 colours, (i, 2 i, 255 - i), a code for each pixel, and after them
/// `clears` codes that give none.
struct GifRecipe {
  int screen_width = 0;
  int screen_height = 0;
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  bool interlaced = false;
  int transparent = -1;
  Bytes pixels = {};  ///< below 128, in the order in which they are stored
  std::size_t clears = 0;
};
Bytes make_gif(const GifRecipe& recipe);

/// A TIFF whose directory stands at its end. Numbers are those of TIFF 6.0.
struct TiffEntry {
  std::uint16_t tag = 0;
  std::vector<std::uint32_t> values;  ///< of 16 bits
};
struct TiffParts {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 8;
  std::uint16_t samples = 3;
  std::uint16_t colours = 2;  ///< 0 and 1: grey, 2: RGB, 3: palette, 5: CMYK
  std::uint16_t compression = 1;
  std::uint32_t rows_per_strip = 0;  ///< 0: all
  std::uint32_t tile = 0;            ///< the side of tiles; 0: strips
  bool big_endian = false;
  std::vector<Bytes> chunks = {};
  std::vector<TiffEntry> more = {};
  std::uint16_t shared_entries = 0;  ///< unknown ones that all hold the first chunk
  std::uint32_t next_directory = 0;
};
Bytes make_tiff(const TiffParts& parts);

/// LZW codes, as TIFF packs them, for so many black pixels, with the table cleared before each.
Bytes make_lzw_of_clears(std::size_t pixels);

/// What is compressed in all IDAT chunks of a PNG: rows with a filter byte each.
Bytes image_data_of(const Bytes& png);

/// A BMP of one colour: `bits` 1, 8, 24 or 32, or run-length coded ones of 8 bits. `declared_side`
/// stands in the header, whatever the pixels are.
struct BmpRecipe {
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::uint16_t bits = 24;
  bool run_length = false;
};
Bytes make_bmp(const BmpRecipe& recipe);

}  // namespace simdb::test
