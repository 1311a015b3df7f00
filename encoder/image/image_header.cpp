#include "encoder/image/image_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

namespace simdb {
namespace {

// Bounds-checked big- and little-endian reads; reading past the end gives 0 and clears ok().
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint32_t big(std::size_t at, std::size_t length) { return number(at, length, true); }
  std::uint32_t little(std::size_t at, std::size_t length) { return number(at, length, false); }
  std::size_t size() const { return bytes_.size(); }
  /// At most `length` bytes behind `at`, read by themselves.
  Reader part(std::size_t at, std::size_t length) const {
    at = std::min(at, size());
    return Reader(bytes_.subspan(at, std::min(length, size() - at)));
  }
  bool ok() const { return ok_; }
  /// Position of the next `byte` at or behind `at`; size() if there is none.
  std::size_t find(std::uint8_t byte, std::size_t at) const {
    if (at >= bytes_.size()) return bytes_.size();
    const void* found = std::memchr(bytes_.data() + at, byte, bytes_.size() - at);
    return found == nullptr ? bytes_.size() : static_cast<const std::byte*>(found) - bytes_.data();
  }
  bool has(std::size_t at, std::string_view text) const {
    return at <= bytes_.size() && text.size() <= bytes_.size() - at &&
           std::memcmp(bytes_.data() + at, text.data(), text.size()) == 0;
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t length, bool big_endian) {
    if (at > bytes_.size() || length > bytes_.size() - at) {
      ok_ = false;
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t position = at + (big_endian ? i : length - 1 - i);
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[position]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

using namespace std::string_view_literals;
constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1A\n"sv;
constexpr std::string_view kJpegSignature = "\xFF\xD8\xFF"sv;

// PNG: signature, then chunks of length, type, data, CRC; IHDR first, IEND last.
std::optional<ImageHeader> read_png(Reader& reader) {
  if (!reader.has(12, "IHDR")) return std::nullopt;
  ImageHeader header{ImageFormat::kPng, reader.big(16, 4), reader.big(20, 4), false};
  const std::uint32_t colour_type = reader.big(25, 1);
  const bool has_alpha = (colour_type & 4) != 0;
  const bool has_colour = (colour_type & 2) != 0;
  header.channels = has_alpha ? 4 : has_colour ? 3 : 1;
  std::uint64_t at = kPngSignature.size();
  while (at + 12 <= reader.size()) {
    const std::uint64_t end = at + 12 + reader.big(at, 4);
    if (reader.has(at + 4, "tRNS") && has_colour) header.channels = 4;
    if (reader.has(at + 4, "IEND")) {
      header.complete = end <= reader.size();
      break;
    }
    at = end;
  }
  return header;
}

bool is_start_of_frame(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool is_restart(std::uint32_t marker) { return marker >= 0xD0 && marker <= 0xD7; }

// The position of the next marker after entropy-coded data: FF followed by neither a stuffed 00, a
// restart, nor one of those that libjpeg may skip there without reading a length.
std::size_t skip_scan(Reader& reader, std::size_t at) {
  for (at = reader.find(0xFF, at); at + 1 < reader.size(); at = reader.find(0xFF, at + 1)) {
    const std::uint32_t next = reader.big(at + 1, 1);
    if (next >= 0xC0 && next != 0xFF && !is_restart(next)) return at;
  }
  return reader.size();
}

struct JpegFrame {
  struct Component {
    std::uint32_t id;
    std::uint64_t coefficients;
  };
  std::vector<Component> components;
  bool progressive = false;
};

// SOFn: length, precision, height, width, and for each component its id and sampling factors.
JpegFrame read_frame(Reader& reader, std::size_t at, std::uint32_t marker, ImageHeader& header) {
  JpegFrame frame;
  header.height = reader.big(at + 5, 2);
  header.width = reader.big(at + 7, 2);
  const std::uint32_t count = reader.big(at + 9, 1);
  header.channels = count == 1 ? 1 : 3;
  header.jpeg.arithmetic = marker >= 0xC8;
  frame.progressive = (marker & 3) == 2;
  std::uint32_t largest_h = 1;
  std::uint32_t largest_v = 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t sampling = reader.big(at + 11 + 3 * std::size_t{i}, 1);
    largest_h = std::max(largest_h, sampling >> 4);
    largest_v = std::max(largest_v, sampling & 15);
  }
  const auto blocks = [](std::uint64_t side, std::uint64_t factor, std::uint64_t largest) {
    const std::uint64_t in_blocks = (side * factor + 8 * largest - 1) / (8 * largest);
    return in_blocks + factor;  // filled up to a whole group of blocks
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t component = at + 10 + 3 * std::size_t{i};
    const std::uint32_t sampling = reader.big(component + 1, 1);
    const std::uint64_t coefficients = 64 * blocks(header.width, sampling >> 4, largest_h) *
                                       blocks(header.height, sampling & 15, largest_v);
    frame.components.push_back({reader.big(component, 1), coefficients});
    header.jpeg.coefficients += coefficients;
  }
  return frame;
}

// SOS: length, number of components, and for each its id and tables.
void count_scan(Reader& reader, std::size_t at, const JpegFrame& frame, JpegEffort& effort) {
  const std::uint32_t count = reader.big(at + 4, 1);
  if (effort.scans == 0) effort.kept = frame.progressive || count < frame.components.size();
  ++effort.scans;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t id = reader.big(at + 5 + 2 * std::size_t{i}, 1);
    for (const JpegFrame::Component& component : frame.components) {
      if (component.id == id) effort.scanned += component.coefficients;
    }
  }
}

// Exif 2.32: "Exif", two zeros, then a TIFF file, whose first directory may have the entry 0x0112.
// Nothing where this is another kind of segment; 1 where it doesn't tell, or nothing that makes
// sense.
std::optional<int> read_orientation(Reader segment) {
  if (!segment.has(0, "Exif\0\0"sv)) return std::nullopt;
  Reader tiff = segment.part(6, segment.size());
  const bool big = tiff.has(0, "MM\0*"sv);
  if (!big && !tiff.has(0, "II*\0"sv)) return 1;
  const auto number = [&](std::uint64_t at, std::size_t length) {
    return big ? tiff.big(at, length) : tiff.little(at, length);
  };
  const std::uint64_t directory = number(4, 4);
  const std::uint32_t entries = number(directory, 2);
  for (std::uint32_t i = 0; i < entries && tiff.ok(); ++i) {
    const std::uint64_t entry = directory + 2 + 12 * std::uint64_t{i};
    if (number(entry, 2) != 0x0112) continue;
    const std::uint32_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// JPEG: markers with lengths; the size stands in the start-of-frame segment, the file ends with FF
// D9. Where libjpeg would skip garbage this stops instead, so that both see the same start of frame
// and no large image passes under the name of a small one.
std::optional<ImageHeader> read_jpeg(Reader& reader) {
  ImageHeader header{ImageFormat::kJpeg, 0, 0, false};
  JpegFrame frame;
  std::optional<int> orientation;
  std::size_t at = 2;
  while (at + 1 < reader.size()) {
    if (reader.big(at, 1) != 0xFF) break;
    const std::uint32_t marker = reader.big(at + 1, 1);
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    if (marker == 0xD9) {
      header.complete = true;
      break;
    }
    if (marker == 0x01 || is_restart(marker)) {  // the markers without a length
      at += 2;
      continue;
    }
    if (marker == 0x00 || marker == 0xD8) break;
    if (reader.size() - at < 4) break;
    const std::uint32_t length = reader.big(at + 2, 2);
    if (length < 2) break;
    if (is_start_of_frame(marker) && header.width == 0) {
      frame = read_frame(reader, at, marker, header);
    }
    if (marker == 0xE1 && !orientation)
      orientation = read_orientation(reader.part(at + 4, length - 2));
    const bool is_scan = marker == 0xDA;
    if (is_scan && reader.size() - at > length) count_scan(reader, at, frame, header.jpeg);
    at += 2 + length;
    if (is_scan) at = skip_scan(reader, at);
  }
  if (header.width == 0) return std::nullopt;
  header.orientation = orientation.value_or(1);
  return header;
}

// Entries of blue, green, red and, but for the oldest headers, a byte of nothing; a file with fewer
// than there can be says how many.
bool has_coloured_palette(Reader& reader, std::uint32_t info_bytes, std::uint32_t bits) {
  const std::size_t entry_bytes = info_bytes == 12 ? 3 : 4;
  const std::uint32_t used = info_bytes == 12 ? 0 : reader.little(46, 4);
  const std::uint32_t entries = used == 0 ? 1U << bits : std::min(used, 1U << bits);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t at = 14 + std::size_t{info_bytes} + i * entry_bytes;
    if (at + entry_bytes > reader.size()) break;
    const std::uint32_t blue = reader.little(at, 1);
    if (reader.little(at + 1, 1) != blue || reader.little(at + 2, 1) != blue) return true;
  }
  return false;
}

// BMP: BITMAPFILEHEADER, then BITMAPCOREHEADER (12 bytes, 16-bit sizes) or BITMAPINFOHEADER and
// later. The file size in the header is believed only for run-length coding: programs that write 0
// or nonsense there are common, and the other pixels tell their own length.
std::optional<ImageHeader> read_bmp(Reader& reader) {
  const std::uint32_t file_size = reader.little(2, 4);
  const std::uint32_t pixels_at = reader.little(10, 4);
  const std::uint32_t info_bytes = reader.little(14, 4);
  const bool core = info_bytes == 12;
  if (!core && info_bytes < 40) return std::nullopt;
  const auto width = static_cast<std::int32_t>(reader.little(18, core ? 2 : 4));
  const auto height = static_cast<std::int32_t>(reader.little(core ? 20 : 22, core ? 2 : 4));
  if (width <= 0 || height == 0 || height == INT32_MIN) return std::nullopt;
  const auto rows = static_cast<std::uint32_t>(height < 0 ? -height : height);  // < 0: top-down
  const std::uint32_t bits = reader.little(core ? 24 : 28, 2);
  const std::uint32_t compression = core ? 0 : reader.little(30, 4);
  if (compression > 3) return std::nullopt;  // JPEG, PNG and CMYK inside a BMP: for printers
  const bool run_length = compression == 1 || compression == 2;
  const std::uint64_t row_bytes = (std::uint64_t{bits} * width + 31) / 32 * 4;
  const std::uint64_t end = run_length ? file_size : pixels_at + row_bytes * rows;
  const bool complete = pixels_at < reader.size() && end <= reader.size();
  ImageHeader header{ImageFormat::kBmp, static_cast<std::uint32_t>(width), rows, complete};
  if (bits <= 8 && !has_coloured_palette(reader, info_bytes, bits)) header.channels = 1;
  return header;
}

// An extended WebP's picture is in one of the chunks behind: "VP8L", or "VP8 " with "ALPH" or
// without. A file without either is taken for the costlier.
void read_webp_chunks(Reader& reader, ImageHeader& header) {
  header.lossless = true;
  for (std::uint64_t at = 12; at + 8 <= reader.size();) {
    if (reader.has(at, "ALPH")) header.channels = 4;
    if (reader.has(at, "VP8 ")) header.lossless = false;
    if (reader.has(at, "VP8 ") || reader.has(at, "VP8L")) break;
    const std::uint64_t length = reader.little(at + 4, 4);
    at += 8 + length + length % 2;
  }
}

// WebP: a RIFF whose first chunk is VP8 (lossy), VP8L (lossless) or VP8X (extended).
std::optional<ImageHeader> read_webp(Reader& reader) {
  ImageHeader header{ImageFormat::kWebp, 0, 0,
                     std::uint64_t{reader.little(4, 4)} + 8 <= reader.size()};
  if (reader.has(12, "VP8 ") && reader.has(23, "\x9D\x01\x2A"sv)) {
    header.width = reader.little(26, 2) & 0x3FFF;
    header.height = reader.little(28, 2) & 0x3FFF;
  } else if (reader.has(12, "VP8L") && reader.has(20, "\x2F"sv)) {
    const std::uint32_t bits = reader.little(21, 4);
    header.width = (bits & 0x3FFF) + 1;
    header.height = (bits >> 14 & 0x3FFF) + 1;
    header.channels = (bits >> 28 & 1) != 0 ? 4 : 3;
    header.lossless = true;
  } else if (reader.has(12, "VP8X")) {
    const std::uint32_t flags = reader.little(20, 1);
    header.width = reader.little(24, 3) + 1;
    header.height = reader.little(27, 3) + 1;
    header.channels = (flags & 0x10) != 0 ? 4 : 3;
    header.animated = (flags & 0x02) != 0;
    read_webp_chunks(reader, header);
  } else {
    return std::nullopt;
  }
  return header;
}

}  // namespace

std::optional<ImageFormat> sniff_image_format(std::span<const std::byte> bytes) {
  const Reader reader(bytes);
  if (reader.has(0, kPngSignature)) return ImageFormat::kPng;
  if (reader.has(0, kJpegSignature)) return ImageFormat::kJpeg;
  if (reader.has(0, "BM")) return ImageFormat::kBmp;
  if (reader.has(0, "RIFF") && reader.has(8, "WEBP")) return ImageFormat::kWebp;
  return std::nullopt;
}

std::optional<ImageHeader> read_image_header(std::span<const std::byte> bytes) {
  const std::optional<ImageFormat> format = sniff_image_format(bytes);
  if (!format) return std::nullopt;
  Reader reader(bytes);
  std::optional<ImageHeader> header;
  switch (*format) {
    case ImageFormat::kPng:
      header = read_png(reader);
      break;
    case ImageFormat::kJpeg:
      header = read_jpeg(reader);
      break;
    case ImageFormat::kBmp:
      header = read_bmp(reader);
      break;
    case ImageFormat::kWebp:
      header = read_webp(reader);
      break;
  }
  if (!reader.ok() || !header || header->width == 0 || header->height == 0) return std::nullopt;
  return header;
}

}  // namespace simdb
