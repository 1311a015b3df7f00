// The size of an image before anything is decoded.
#include "encoder/image/image_header.h"
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const auto bytes = fuzz::bytes_of(data, size);
  const auto header = read_image_header(bytes);
  if (!header) return 0;
  fuzz::require(header->width > 0 && header->height > 0, "an image has a size");
  fuzz::require(sniff_image_format(bytes) == header->format, "both tell the same format");

  // Programs read a file from its start: what stands behind the end must not change the picture.
  // In a file that is cut short it may stand for more of the picture.
  if (!header->complete) return 0;
  std::vector<std::byte> longer(bytes.begin(), bytes.end());
  longer.insert(longer.end(), {std::byte{0xFF}, std::byte{0xC0}, std::byte{0}, std::byte{17}});
  longer.resize(longer.size() + 16, std::byte{1});
  const auto same = read_image_header(longer);
  fuzz::require(same.has_value(), "a longer file has a header too");
  if (!same) return 0;
  fuzz::require(same->width == header->width && same->height == header->height,
                "bytes behind the header don't change the size");
  fuzz::require(same->complete || !header->complete, "a complete file stays complete");
  return 0;
}
