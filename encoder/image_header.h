#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace simdb {

enum class ImageFormat { kPng, kJpeg, kBmp, kWebp };

/// What an image file claims before anything is decoded.
struct ImageHeader {
  ImageFormat format;
  std::uint32_t width;
  std::uint32_t height;
  bool complete;  ///< the file goes on to the end that its own structure announces
};

/// Format by the first bytes; nothing for any format but PNG, JPEG, BMP and WebP. Thread-safe.
std::optional<ImageFormat> sniff_image_format(std::span<const std::byte> bytes);

/// Reads the size and walks the structure (PNG chunks, JPEG segments, BMP and RIFF lengths) without
/// decoding; nothing if the header itself is cut short or makes no sense. Never reads outside
/// `bytes`. Thread-safe.
std::optional<ImageHeader> read_image_header(std::span<const std::byte> bytes);

}  // namespace simdb
