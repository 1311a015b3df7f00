// BMP files, which simdb decodes itself.
#include "tests/fuzz/encoder/image/decoded_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  fuzz::try_decode(fuzz::bytes_of(data, size), decode_bmp);
  return 0;
}
