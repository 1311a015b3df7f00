#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace simdb {

enum class ImageFormat { kPng, kJpeg, kBmp, kWebp };

/// What decoding a JPEG costs, by its frame and its scans.
struct JpegEffort {
  std::uint64_t coefficients = 0;  ///< of all components, whole blocks
  std::uint64_t scanned = 0;       ///< the same, of the components of each scan, summed over scans
  std::uint32_t scans = 0;
  bool kept = false;  ///< all coefficients are in memory at once: progressive, or in parts
  bool arithmetic = false;
};

/// What an image file claims before anything is decoded.
struct ImageHeader {
  ImageFormat format = ImageFormat::kPng;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool complete = false;     ///< the file goes on to the end that its own structure announces
  int channels = 3;          ///< of the decoded image: 1, 3 or 4
  bool lossless = false;     ///< WebP: decoded by way of 32-bit pixels
  std::uint32_t tables = 0;  ///< WebP: left to count_webp_tables
  bool animated = false;     ///< WebP
  int orientation = 1;       ///< JPEG: Exif's, 1 to 8; 1 is upright
  JpegEffort jpeg = {};
};

/// Format by the first bytes; nothing for any format but PNG, JPEG, BMP and WebP. Thread-safe.
std::optional<ImageFormat> sniff_image_format(std::span<const std::byte> bytes);

/// Reads size and channels and walks the structure (PNG chunks, JPEG segments, BMP and RIFF
/// lengths) without decoding; nothing if the header itself is cut short or makes no sense. Never
/// reads outside `bytes`. Thread-safe.
std::optional<ImageHeader> read_image_header(std::span<const std::byte> bytes);

}  // namespace simdb
