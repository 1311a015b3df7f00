// WebP files as simdb hands them to libwebp, and the Huffman tables that they ask for.
#include "encoder/image/webp_groups_internal.h"
#include "tests/fuzz/encoder/image/decoded_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  fuzz::try_decode(fuzz::bytes_of(data, size), [](auto bytes, DecodeBudget& budget) {
    fuzz::require(count_webp_groups(bytes, budget) <= 65'536, "a group has a number of 16 bits");
    return decode_webp(bytes, budget);
  });
  return 0;
}
