#include "encoder/png_chunks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace simdb {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kFrameBytes = 12;  // a chunk without its data: length, type, CRC

// CRC-32 of ISO 3309, as PNG's appendix D computes it: one table entry a byte.
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < table.size(); ++n) {
    std::uint32_t crc = n;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
    table[n] = crc;
  }
  return table;
}();

std::uint32_t crc32(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    crc = kCrcTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF] ^ (crc >> 8);
  }
  return ~crc;
}

std::uint32_t big_endian(std::span<const std::byte> four) {
  std::uint32_t value = 0;
  for (const std::byte byte : four) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

bool is_essential(std::string_view type) {
  static constexpr std::array<std::string_view, 5> kTypes = {"IHDR", "PLTE", "tRNS", "IDAT",
                                                             "IEND"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

}  // namespace

std::optional<std::vector<std::byte>> essential_png(std::span<const std::byte> png) {
  if (png.size() < kSignatureBytes) return std::nullopt;
  std::vector<std::byte> kept(png.begin(), png.begin() + kSignatureBytes);
  kept.reserve(png.size());
  bool has_pixels = false;
  for (auto rest = png.subspan(kSignatureBytes); rest.size() >= kFrameBytes;) {
    const std::uint32_t length = big_endian(rest.first(4));
    if (length > rest.size() - kFrameBytes) break;
    const auto chunk = rest.first(kFrameBytes + length);
    rest = rest.subspan(chunk.size());
    const std::string_view type(reinterpret_cast<const char*>(chunk.data()) + 4, 4);
    if (!is_essential(type)) continue;
    if (crc32(chunk.subspan(4, 4 + length)) != big_endian(chunk.last(4))) return std::nullopt;
    kept.insert(kept.end(), chunk.begin(), chunk.end());
    has_pixels = has_pixels || type == "IDAT";
    if (type == "IEND" && has_pixels) return kept;
  }
  return std::nullopt;
}

}  // namespace simdb
