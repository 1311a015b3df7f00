// JPEG files as simdb hands them to libjpeg.
#include <stdexcept>

#include "encoder/image_header.h"
#include "encoder/jpeg_decoder_internal.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

// Larger pictures and more scans are refused before the decoder sees them; see ImageLimits.
constexpr std::uint64_t kMostPixels = 1 << 16;
constexpr std::uint32_t kMostScans = 100;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto jpeg = fuzz::bytes_of(data, size);
  const auto header = read_image_header(jpeg);
  if (!header || header->format != ImageFormat::kJpeg) return 0;
  if (std::uint64_t{header->width} * header->height > kMostPixels) return 0;
  if (header->jpeg.scans > kMostScans) return 0;
  try {
    const Image image = decode_jpeg(jpeg);
    fuzz::require(static_cast<std::uint32_t>(image.width) == header->width &&
                      static_cast<std::uint32_t>(image.height) == header->height,
                  "the picture has the size that its header says");
    fuzz::require(image.channels == header->channels, "and as many channels");
    fuzz::require(image.pixels.size() == std::size_t{header->width} * header->height *
                                             static_cast<std::size_t>(image.channels),
                  "all pixels are there");
  } catch (const std::runtime_error&) {  // the reason why libjpeg refuses it
  }
  return 0;
}
