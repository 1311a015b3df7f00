#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "simdb/image.h"

namespace simdb {

enum class ImageFormat { kPng, kJpeg, kBmp, kWebp, kGif, kTiff, kHeif };

/// Format by the first bytes; nothing for any other format. Thread-safe.
std::optional<ImageFormat> sniff_image_format(std::span<const std::byte> bytes);

/// Bounds on what is decoded. Size and memory are checked when the decoder has read the header: a
/// 109 KB PNG can claim 900 million pixels, and a progressive JPEG of 64 megapixels takes 600 MB.
/// With these values no image takes a program over 512 MB or two seconds; docs/decisions/0013 and
/// 0021 have the measurements.
struct ImageLimits {
  std::uint64_t max_file_bytes = 64u << 20;
  std::uint64_t max_pixels = 64u << 20;
  std::uint32_t max_side = 16384;
  std::uint64_t max_memory_bytes = 360u << 20;  ///< at the peak of reading one image
  double max_seconds = 1.2;                     ///< of one core, for decoding
  std::uint32_t max_scans = 100;                ///< of a JPEG; libjpeg writes 10
};

/// Decodes PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC or AVIF bytes, the first picture of several (an
/// animated WebP is refused): more than 8 bits scaled to 8, grey kept grey (not of HEIC and AVIF),
/// alpha kept, CMYK turned into RGB, colours brought to sRGB by the file's ICC profile, turned as
/// Exif's orientation says, HEIC and AVIF as their own boxes do. Throws Error(kBadInput), naming
/// `name`, for other formats, empty, truncated or damaged bytes and images beyond the limits; bytes
/// behind the end are ignored, and the end may be missing if all pixels are there. A JPEG damaged
/// in the middle is decoded as far as libjpeg can, as browsers do. HEIC and AVIF are decoded by the
/// program simdb-decode-heif, beside the running program or on PATH: Error(kBadInput), with the
/// remedy, where there is none, Error(kIo) if the system does not start it. Prints nothing. Lack of
/// memory is std::bad_alloc. Thread-safe.
Image decode_image(std::span<const std::byte> bytes, std::string_view name,
                   const ImageLimits& limits = {});

/// Reads and decodes a file, with digest, absolute path and thumbnail. Errors as read_file and
/// decode_image.
SourceImage load_image(const std::filesystem::path& path, const ImageLimits& limits = {});

/// The digest and the absolute path of a file and no more, as load_image gives them, without
/// decoding it. Errors as read_file.
SourceImage identify_image(const std::filesystem::path& path, const ImageLimits& limits = {});

/// As load_image for the bytes of an image file that the caller holds; `source` names them in
/// messages and becomes the image's source.
SourceImage source_image(std::span<const std::byte> file, std::string source,
                         const ImageLimits& limits = {});
/// The same for pixels, without a source. The digest is that of width, height and channels (32 bits
/// each, little-endian) and the pixels. Throws Error(kUsage) if they don't fit each other.
SourceImage source_image(const Image& image);

/// PNG bytes. Throws Error(kInternal) if the encoder fails. Thread-safe.
std::vector<std::byte> encode_png(const Image& image);

/// True for a name that ends as those of images do (.png, .jpg, .jpeg, .jpe, .jfif, .webp, .gif,
/// .tif, .tiff, .bmp, .heic, .heif, .hif, .avif), in any case: what a folder walk takes up.
bool has_image_extension(const std::filesystem::path& path);

/// Longest side of a thumbnail.
inline constexpr int kThumbnailSide = 64;

}  // namespace simdb
