#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "simdb/image.h"
#include "simdb/image_codec.h"

// Whatever is thrown here as std::runtime_error says why an image can't be used, without its name,
// which decode_image() puts in front. Lack of memory is std::bad_alloc.
namespace simdb {

/// What decoding one image may still cost. Of one thread, whose clock runs from the start.
class DecodeBudget {
 public:
  DecodeBudget(const ImageLimits& limits, std::size_t file_bytes);

  /// Once the size is known. Throws std::runtime_error if it is larger than it may be, or the
  /// picture would take too much memory on its way to the network: beside file and pixels a copy in
  /// the network's colours.
  void require_size(std::uint64_t width, std::uint64_t height, int channels);
  /// A black picture of that size. Throws as require_size.
  Image make_image(std::uint64_t width, std::uint64_t height, int channels);
  /// How much a decoder may have in memory beside the file and the picture, once its size is known.
  std::uint64_t decoder_bytes() const { return decoder_bytes_; }
  void require_memory(std::uint64_t beside_the_picture) const {
    if (beside_the_picture > decoder_bytes_) refuse_memory();
  }
  std::uint32_t max_scans() const { return limits_.max_scans; }
  double max_seconds() const { return limits_.max_seconds; }
  /// True once this thread has computed for as long as it may, less what others have computed for
  /// it. A system call.
  bool is_late(double seconds_of_others = 0) const;
  /// Others have computed for so long.
  void spend(double seconds) { deadline_ -= seconds; }

  [[noreturn]] void refuse_memory() const;
  [[noreturn]] void refuse_time() const;

 private:
  ImageLimits limits_;
  std::uint64_t file_bytes_;
  std::uint64_t decoder_bytes_;
  double deadline_;
  std::uint64_t width_ = 0;
  std::uint64_t height_ = 0;
};

/// Watches the time of a decoder that reads its input in small blocks.
class ReadClock {
 public:
  explicit ReadClock(const DecodeBudget& budget) : budget_(budget) {}
  /// Call at each read. Looking at the clock costs more than reading a block, so it is looked at
  /// now and then.
  bool is_late() { return ++reads_ % kReadsPerLook == 0 && budget_.is_late(); }

 private:
  static constexpr std::uint64_t kReadsPerLook = 16;
  const DecodeBudget& budget_;
  std::uint64_t reads_ = 0;
};

/// A picture as a file has it.
struct StoredImage {
  Image image;
  int orientation = 1;                  ///< Exif's, 1 to 8; 1 is upright
  std::vector<std::byte> profile = {};  ///< ICC's, of grey or RGB; empty: sRGB
  bool is_premultiplied = false;        ///< RGBA whose colours are multiplied by alpha
};

/// A PNG of which all pixels are there: 16 bits scaled to 8, palettes resolved, transparency
/// applied, grey with transparency as RGBA. Chunks that have no say in pixels are skipped unread.
StoredImage decode_png(std::span<const std::byte> png, DecodeBudget& budget);

/// A JPEG in grey or RGB: four inks become RGB. What is damaged behind the header is decoded as far
/// as libjpeg can; a file that lacks some of its pixels is refused, one that lacks no more than its
/// last marker is not.
StoredImage decode_jpeg(std::span<const std::byte> jpeg, DecodeBudget& budget);

/// A lossy or lossless WebP with or without transparency; not an animated one.
StoredImage decode_webp(std::span<const std::byte> webp, DecodeBudget& budget);

/// A BMP of 1, 4, 8, 16, 24 or 32 bits per pixel, plain, run-length coded or with masks, upside
/// down or not. Grey where all colours of its palette are; with alpha only where it has a mask for
/// it that is not 0 everywhere.
Image decode_bmp(std::span<const std::byte> bmp, DecodeBudget& budget);

/// The first picture of a GIF on its canvas: RGB, or RGBA where something is transparent.
Image decode_gif(std::span<const std::byte> gif, DecodeBudget& budget);

/// The first picture of a TIFF: grey, RGB, palette or CMYK of up to 16 bits, with or without alpha,
/// in strips or tiles; not with the rarer compressions.
StoredImage decode_tiff(std::span<const std::byte> tiff, DecodeBudget& budget);

/// "HEIC", "AVIF", or "HEIF" where a file is neither for certain; nothing for any other file.
std::optional<std::string_view> heif_name(std::span<const std::byte> bytes);

/// The main picture of a HEIC or AVIF, RGB or RGBA, turned as its own boxes say; Exif has no say. A
/// process of its own decodes it (simdb-decode-heif; see ChildProcess), whose time and memory the
/// budget bounds. Throws Error(kIo) too, if the system does not start one.
StoredImage decode_heif(std::span<const std::byte> heif, DecodeBudget& budget,
                        const std::filesystem::path& program = "simdb-decode-heif");

/// PNG bytes, or JPEG bytes of a grey or RGB picture; of a consistent image. Throws
/// Error(kInternal) for what a library says.
std::vector<std::byte> write_png(const Image& image);
std::vector<std::byte> write_jpeg(const Image& image, int quality);

}  // namespace simdb
