// TIFF files as simdb hands them to libtiff, and its own count of their directory.
#include "tests/fuzz/encoder/image/decoded_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  fuzz::try_decode(fuzz::bytes_of(data, size), decode_tiff);
  return 0;
}
