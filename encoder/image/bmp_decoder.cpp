#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/decoders_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::size_t kMasksAt = 54;  // behind the 40 bytes that every newer header starts with
constexpr std::uint32_t kRunLength8 = 1;
constexpr std::uint32_t kRunLength4 = 2;
constexpr std::uint32_t kMasks = 3;
constexpr std::uint32_t kMostColours = 256;

using Rgb = std::array<std::uint8_t, 3>;

struct Bmp {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;  // a pixel
  std::uint32_t compression = 0;
  std::uint64_t pixels_at = 0;
  std::array<Rgb, kMostColours> palette{};
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha
  int channels = 3;

  std::uint64_t row_bytes() const { return (bits * width + 31) / 32 * 4; }
  bool is_run_length() const { return compression == kRunLength8 || compression == kRunLength4; }
};

[[noreturn]] void refuse_header() {
  throw std::runtime_error("its header is truncated or damaged");
}
[[noreturn]] void refuse_data() { throw std::runtime_error("the image data is damaged"); }
[[noreturn]] void refuse_end() { throw std::runtime_error("it is truncated"); }

// Entries of blue, green, red and, but for the oldest headers, a byte of nothing; a file with fewer
// than there can be says how many, and the rest are black.
void read_palette(ByteReader& reader, std::uint32_t info_bytes, bool core, Bmp& bmp) {
  const std::size_t entry_bytes = core ? 3 : 4;
  const std::uint32_t possible = 1U << bmp.bits;
  std::uint32_t entries = core ? 0 : reader.little(46, 4);
  if (entries > kMostColours) refuse_data();
  entries = entries == 0 ? possible : std::min(entries, possible);
  bmp.channels = 1;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t at = kFileHeaderBytes + std::size_t{info_bytes} + i * entry_bytes;
    for (std::size_t c = 0; c < 3; ++c) {
      bmp.palette[i][c] = static_cast<std::uint8_t>(reader.little(at + 2 - c, 1));
    }
    if (bmp.palette[i] != Rgb{bmp.palette[i][0], bmp.palette[i][0], bmp.palette[i][0]}) {
      bmp.channels = 3;
    }
  }
}

void read_masks(ByteReader& reader, std::uint32_t info_bytes, Bmp& bmp) {
  constexpr std::uint32_t kWithAlpha = 56;
  bmp.masks = bmp.bits == 16 ? std::array<std::uint32_t, 4>{0x7C00, 0x03E0, 0x001F, 0}
                             : std::array<std::uint32_t, 4>{0xFF0000, 0xFF00, 0xFF, 0};
  if (bmp.compression != kMasks) return;
  for (std::size_t i = 0; i < (info_bytes < kWithAlpha ? 3 : 4); ++i) {
    bmp.masks[i] = reader.little(kMasksAt + 4 * i, 4);
  }
  if (bmp.masks[3] != 0) bmp.channels = 4;
}

// BITMAPFILEHEADER, then BITMAPCOREHEADER (12 bytes, 16-bit sizes) or BITMAPINFOHEADER and later.
// The file's size in the header is not looked at: programs that write 0 or nonsense are common.
Bmp read_header(std::span<const std::byte> file) {
  ByteReader reader(file);
  Bmp bmp;
  bmp.pixels_at = reader.little(10, 4);
  const std::uint32_t info_bytes = reader.little(14, 4);
  const bool core = info_bytes == 12;
  if (!core && info_bytes < 40) refuse_header();
  const auto width = static_cast<std::int32_t>(reader.little(18, core ? 2 : 4));
  const auto height = static_cast<std::int32_t>(reader.little(core ? 20 : 22, core ? 2 : 4));
  bmp.bits = reader.little(core ? 24 : 28, 2);
  bmp.compression = core ? 0 : reader.little(30, 4);
  if (!reader.ok() || width <= 0 || height == 0 || height == INT32_MIN) refuse_header();
  // JPEG, PNG and CMYK inside a BMP are for printers.
  if (bmp.compression > kMasks) refuse_header();
  bmp.width = static_cast<std::uint64_t>(width);
  bmp.top_down = height < 0;
  bmp.height = static_cast<std::uint64_t>(bmp.top_down ? -height : height);
  const bool known = bmp.compression == kRunLength8   ? bmp.bits == 8
                     : bmp.compression == kRunLength4 ? bmp.bits == 4
                     : bmp.compression == kMasks
                         ? bmp.bits == 16 || bmp.bits == 32
                         : bmp.bits == 1 || bmp.bits == 4 || bmp.bits == 8 || bmp.bits == 16 ||
                               bmp.bits == 24 || bmp.bits == 32;
  if (!known) refuse_data();
  if (bmp.bits <= 8) {
    read_palette(reader, info_bytes, core, bmp);
  } else {
    read_masks(reader, info_bytes, bmp);
  }
  if (!reader.ok()) refuse_header();
  return bmp;
}

std::uint8_t* row_of(const Bmp& bmp, Image& image, std::uint64_t stored_row) {
  const std::uint64_t y = bmp.top_down ? stored_row : bmp.height - 1 - stored_row;
  return image.pixels.data() + y * bmp.width * image.channels;
}

void put_colour(const Bmp& bmp, std::uint32_t colour, std::uint8_t* pixel) {
  std::copy_n(bmp.palette[colour].begin(), bmp.channels, pixel);
}

// The colour at `x` of packed ones, the first in the highest bits.
std::uint32_t colour_at(std::span<const std::byte> row, std::uint64_t x, std::uint32_t bits) {
  const std::uint64_t bit = x * bits;
  return std::to_integer<std::uint32_t>(row[bit / 8]) >> (8 - bits - bit % 8) & ((1U << bits) - 1);
}

// The highest 8 bits of what a mask shows; fewer bits are not stretched.
std::uint8_t masked(std::uint32_t pixel, std::uint32_t mask) {
  if (mask == 0) return 0;
  const int top = 31 - std::countl_zero(mask);
  const std::uint32_t value = pixel & mask;
  return static_cast<std::uint8_t>(top >= 7 ? value >> (top - 7) : value << (7 - top));
}

void read_row(const Bmp& bmp, std::span<const std::byte> row, std::uint8_t* pixels) {
  if (bmp.bits <= 8) {
    for (std::uint64_t x = 0; x < bmp.width; ++x, pixels += bmp.channels) {
      put_colour(bmp, colour_at(row, x, bmp.bits), pixels);
    }
    return;
  }
  const std::size_t pixel_bytes = bmp.bits / 8;
  const std::byte* from = row.data();
  for (std::uint64_t x = 0; x < bmp.width; ++x, from += pixel_bytes, pixels += bmp.channels) {
    if (bmp.bits >= 24 && bmp.compression != kMasks) {
      for (std::size_t c = 0; c < 3; ++c) pixels[c] = std::to_integer<std::uint8_t>(from[2 - c]);
      continue;
    }
    std::uint32_t pixel = 0;
    for (std::size_t i = pixel_bytes; i-- > 0;) {
      pixel = pixel << 8 | std::to_integer<std::uint32_t>(from[i]);
    }
    for (int c = 0; c < bmp.channels; ++c) pixels[c] = masked(pixel, bmp.masks[c]);
  }
}

// Pairs of a length and a colour (two of them by turns with 4 bits), or 0 and what is to be done:
// end the row, end the picture, go right and up, or take so many colours as they are, filled up to
// pairs of bytes. Pixels that are skipped have the first colour.
void read_runs(const Bmp& bmp, std::span<const std::byte> rest, Image& image) {
  for (std::uint64_t i = 0; i < bmp.width * bmp.height; ++i) {
    put_colour(bmp, 0, &image.pixels[i * bmp.channels]);
  }
  std::uint64_t x = 0;
  std::uint64_t y = 0;
  const auto take = [&](std::size_t bytes) {
    if (bytes > rest.size()) refuse_end();
    const auto taken = rest.first(bytes);
    rest = rest.subspan(bytes);
    return taken;
  };
  const auto put = [&](std::uint64_t count, const auto& colour_of) {
    if (count > bmp.width - x) refuse_data();
    std::uint8_t* pixel = row_of(bmp, image, y) + x * bmp.channels;
    for (std::uint64_t i = 0; i < count; ++i, pixel += bmp.channels) {
      put_colour(bmp, colour_of(i), pixel);
    }
    x += count;
  };
  while (y < bmp.height && !(y + 1 == bmp.height && x == bmp.width)) {
    const auto pair = take(2);
    const auto length = std::to_integer<std::uint64_t>(pair[0]);
    const auto second = std::to_integer<std::uint64_t>(pair[1]);
    const auto by_turns = pair.subspan(1);
    if (length > 0) {
      put(length, [&](std::uint64_t i) {
        return colour_at(by_turns, bmp.bits == 4 ? i % 2 : 0, bmp.bits);
      });
    } else if (second == 0) {
      x = 0;
      ++y;
    } else if (second == 1) {
      return;
    } else if (second == 2) {
      const auto move = take(2);
      x += std::to_integer<std::uint64_t>(move[0]);
      y += std::to_integer<std::uint64_t>(move[1]);
      if (x > bmp.width) refuse_data();
    } else {
      const auto colours = take((second * bmp.bits + 15) / 16 * 2);
      put(second, [&](std::uint64_t i) { return colour_at(colours, i, bmp.bits); });
    }
  }
}

// Programs that name a mask for alpha and leave it 0 mean an opaque picture.
void show_if_invisible(Image& image) {
  std::uint8_t any = 0;
  for (std::size_t i = 3; i < image.pixels.size(); i += 4) any |= image.pixels[i];
  if (any != 0) return;
  for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] = 255;
}

}  // namespace

Image decode_bmp(std::span<const std::byte> file, DecodeBudget& budget) {
  const Bmp bmp = read_header(file);
  Image image = budget.make_image(bmp.width, bmp.height, bmp.channels);
  if (bmp.pixels_at >= file.size()) refuse_end();
  const auto pixels = file.subspan(bmp.pixels_at);
  if (bmp.is_run_length()) {
    read_runs(bmp, pixels, image);
    return image;
  }
  const std::uint64_t row_bytes = bmp.row_bytes();
  if (row_bytes * bmp.height > pixels.size()) refuse_end();
  for (std::uint64_t row = 0; row < bmp.height; ++row) {
    read_row(bmp, pixels.subspan(row * row_bytes, row_bytes), row_of(bmp, image, row));
  }
  if (image.channels == 4) show_if_invisible(image);
  return image;
}

}  // namespace simdb
