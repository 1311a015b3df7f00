// JPEG files as simdb hands them to libjpeg.
#include <stdexcept>

#include "encoder/image/jpeg_decoder_internal.h"
#include "tests/fuzz/encoder/image/decoded_image.h"

using namespace simdb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto jpeg = fuzz::bytes_of(data, size);
  const auto header = read_image_header(jpeg);
  if (!header || header->format != ImageFormat::kJpeg || !fuzz::is_affordable(*header)) return 0;
  try {
    const Image image = decode_jpeg(jpeg);
    fuzz::require_as_announced(image, *header);
    fuzz::require(image.channels == header->channels, "and as many channels");
  } catch (const std::runtime_error&) {  // the reason why libjpeg refuses it
  }
  return 0;
}
