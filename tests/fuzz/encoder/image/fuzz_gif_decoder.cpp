// GIF files as simdb hands them to giflib.
#include "tests/fuzz/encoder/image/decoded_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  fuzz::try_decode(fuzz::bytes_of(data, size), decode_gif);
  return 0;
}
