#include "encoder/image/decode_cost.h"

#include <algorithm>

namespace simdb {
namespace {

// Nanoseconds, measured on the worst files that could be made; docs/decisions/0013.
constexpr double kJpegFileByte = 15;
constexpr double kJpegCoefficient = 2;
constexpr double kJpegScannedCoefficient = 0.75;
constexpr double kArithmeticCoefficient = 75;
constexpr double kWebpFileByte = 12;
constexpr double kWebpPixel = 12;
constexpr double kBmpPixel = 5;

constexpr std::uint64_t kWebpTableBytes = 21000;  // with the largest cache of colours

struct Work {
  std::uint64_t memory_bytes;  // beside the file and the pixels
  double nanoseconds;
};

Work jpeg_work(const ImageHeader& header, std::uint64_t pixels, std::uint64_t file_bytes) {
  const JpegEffort& jpeg = header.jpeg;
  const auto scanned = static_cast<double>(jpeg.scanned);
  const double nanoseconds = kJpegCoefficient * static_cast<double>(jpeg.coefficients) +
                             kJpegScannedCoefficient * scanned +
                             (jpeg.arithmetic ? kArithmeticCoefficient * scanned
                                              : kJpegFileByte * static_cast<double>(file_bytes));
  // The coefficients are gone when a copy of the picture is turned.
  const std::uint64_t kept = jpeg.kept ? 2 * jpeg.coefficients : 0;
  const std::uint64_t turned = header.orientation > 4 ? pixels * header.channels : 0;
  return {std::max(kept, turned), nanoseconds};
}

Work webp_work(const ImageHeader& header, std::uint64_t pixels, std::uint64_t file_bytes) {
  const bool argb = header.lossless || header.channels == 4;
  const double nanoseconds = kWebpPixel * static_cast<double>(pixels) * (argb ? 1.5 : 1) +
                             kWebpFileByte * static_cast<double>(file_bytes);
  // Groups of tables; 32 bits a pixel, and three pictures of a sixteenth of the pixels that say how
  // they are coded.
  return {kWebpTableBytes * header.tables + (argb ? 5 * pixels : 0), nanoseconds};
}

Work work_of(const ImageHeader& header, std::uint64_t pixels, std::uint64_t file_bytes) {
  switch (header.format) {
    case ImageFormat::kPng:
      return {0, 0};
    case ImageFormat::kJpeg:
      return jpeg_work(header, pixels, file_bytes);
    case ImageFormat::kWebp:
      return webp_work(header, pixels, file_bytes);
    case ImageFormat::kBmp:
      break;
  }
  return {0, kBmpPixel * static_cast<double>(pixels)};
}

}  // namespace

DecodeCost estimate_decode_cost(const ImageHeader& header, std::uint64_t file_bytes) {
  const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
  const Work work = work_of(header, pixels, file_bytes);
  // Preprocessing gives grey pixels three channels or colours one, and transparent ones, laid over
  // a background, three and then one.
  const std::uint64_t copied = header.channels == 1   ? 3 * pixels
                               : header.channels == 3 ? pixels
                                                      : 4 * pixels;
  return {file_bytes + pixels * header.channels + std::max(work.memory_bytes, copied),
          work.nanoseconds / 1e9};
}

}  // namespace simdb
