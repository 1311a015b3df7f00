// PNG files as simdb hands them to libpng: as they are, and with checksums that hold.
#include <algorithm>

#include "tests/fuzz/encoder/image/decoded_image.h"

namespace {

using namespace simdb;

std::uint32_t crc32_of(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB88320 & (0 - (crc & 1)));
  }
  return ~crc;
}

// Calls with each whole chunk: length, type, data, checksum.
template <typename Visit>
void for_each_chunk(std::span<std::byte> png, Visit&& visit) {
  for (auto rest = png.subspan(std::min<std::size_t>(png.size(), 8)); rest.size() >= 12;) {
    std::size_t length = 0;
    for (const std::byte byte : rest.first(4)) {
      length = length << 8 | std::to_integer<std::size_t>(byte);
    }
    if (length > rest.size() - 12) return;
    visit(rest.first(length + 12));
    rest = rest.subspan(length + 12);
  }
}

std::vector<std::byte> with_checksums(std::span<const std::byte> png) {
  std::vector<std::byte> summed(png.begin(), png.end());
  for_each_chunk(summed, [](std::span<std::byte> chunk) {
    std::uint32_t crc = crc32_of(chunk.subspan(4, chunk.size() - 8));
    for (std::size_t i = chunk.size(); i > chunk.size() - 4; --i, crc >>= 8) {
      chunk[i - 1] = static_cast<std::byte>(crc);
    }
  });
  return summed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::bytes_of(data, size);
  fuzz::try_decode(bytes, decode_png);
  fuzz::try_decode(with_checksums(bytes), decode_png);
  return 0;
}
