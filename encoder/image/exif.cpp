#include <cstdint>
#include <cstring>
#include <string_view>

#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/exif_internal.h"

namespace simdb {

namespace {

using namespace std::string_view_literals;
constexpr std::string_view kMark = "Exif\0\0"sv;

}  // namespace

std::optional<int> read_segment_orientation(std::span<const std::byte> segment) {
  if (!ByteReader(segment).has(0, kMark)) return std::nullopt;
  return read_orientation(segment);
}

// Exif 2.32: the first directory may have the entry 0x0112.
int read_orientation(std::span<const std::byte> exif) {
  ByteReader tiff(ByteReader(exif).has(0, kMark) ? exif.subspan(kMark.size()) : exif);
  const bool big = tiff.has(0, "MM\0*"sv);
  if (!big && !tiff.has(0, "II*\0"sv)) return 1;
  const auto number = [&](std::uint64_t at, std::size_t length) {
    return big ? tiff.big(at, length) : tiff.little(at, length);
  };
  const std::uint64_t directory = number(4, 4);
  const std::uint32_t entries = number(directory, 2);
  for (std::uint32_t i = 0; i < entries && tiff.ok(); ++i) {
    const std::uint64_t entry = directory + 2 + 12 * std::uint64_t{i};
    if (number(entry, 2) != 0x0112) continue;
    const std::uint32_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace simdb
