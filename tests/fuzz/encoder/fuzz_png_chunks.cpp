// The chunks of a PNG that reach libpng. Tried as it is, and with checksums that hold.
#include <algorithm>

#include "encoder/png_chunks.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

// Bit by bit, unlike the table in png_chunks.cpp.
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
  std::vector<std::byte> sealed(png.begin(), png.end());
  for_each_chunk(sealed, [](std::span<std::byte> chunk) {
    std::uint32_t crc = crc32_of(chunk.subspan(4, chunk.size() - 8));
    for (std::size_t i = chunk.size(); i > chunk.size() - 4; --i, crc >>= 8) {
      chunk[i - 1] = static_cast<std::byte>(crc);
    }
  });
  return sealed;
}

void check(std::span<const std::byte> png) {
  auto essential = essential_png(png);
  if (!essential) return;
  fuzz::require(essential->size() <= png.size(), "chunks are only left out");
  fuzz::require(std::ranges::equal(std::span(*essential).first(8), png.first(8)),
                "the signature stays");
  std::string types;
  std::size_t bytes = 8;
  for_each_chunk(*essential, [&](std::span<const std::byte> chunk) {
    types += fuzz::text_of(chunk.subspan(4, 4)) + ' ';
    bytes += chunk.size();
  });
  fuzz::require(bytes == essential->size(), "nothing but chunks is kept");
  fuzz::require(types.ends_with("IEND ") && types.find("IDAT ") != std::string::npos,
                "there are pixels and an end");
  for (std::size_t at = 0; at < types.size(); at += 5) {
    static constexpr std::string_view kEssential = "IHDR PLTE tRNS IDAT IEND ";
    fuzz::require(kEssential.find(types.substr(at, 5)) % 5 == 0, "other chunks are left out");
  }
  fuzz::require(essential_png(*essential) == essential, "a second time changes nothing");
  fuzz::require(with_checksums(*essential) == *essential, "what is kept has checksums that hold");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::bytes_of(data, size);
  check(bytes);
  check(with_checksums(bytes));
  return 0;
}
