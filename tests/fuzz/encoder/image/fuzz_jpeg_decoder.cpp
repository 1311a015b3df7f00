// JPEG files as simdb hands them to libjpeg, and its reading of Exif.
#include "tests/fuzz/encoder/image/decoded_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  fuzz::try_decode(fuzz::bytes_of(data, size), [](auto bytes, DecodeBudget& budget) {
    StoredJpeg jpeg = decode_jpeg(bytes, budget);
    fuzz::require(jpeg.orientation >= 1 && jpeg.orientation <= 8, "an orientation of Exif's");
    return std::move(jpeg.image);
  });
  return 0;
}
