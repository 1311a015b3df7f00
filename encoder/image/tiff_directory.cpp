#include <array>
#include <stdexcept>

#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/tiff_directory_internal.h"

namespace simdb {

std::uint64_t tiff_directory_bytes(std::span<const std::byte> file) {
  constexpr std::array<std::uint8_t, 19> kTypeBytes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                       8, 4, 8, 4, 0, 0, 8, 8, 8};
  ByteReader reader(file);
  const bool big_endian = reader.has(0, "MM");
  const auto number = [&](std::uint64_t at, std::size_t length) -> std::uint64_t {
    const auto part = [&](std::uint64_t from, std::size_t bytes) {
      return big_endian ? reader.big(from, bytes) : reader.little(from, bytes);
    };
    if (length <= 4) return part(at, length);
    const std::uint64_t first = part(at, 4);
    const std::uint64_t second = part(at + 4, 4);
    return big_endian ? first << 32 | second : second << 32 | first;
  };
  const bool big_tiff = number(2, 2) == 43;
  const std::size_t word = big_tiff ? 8 : 4;
  const std::uint64_t directory = number(big_tiff ? 8 : 4, word);
  const std::size_t count_bytes = big_tiff ? 8 : 2;
  const std::size_t entry_bytes = 4 + 2 * word;
  if (directory > file.size()) throw std::runtime_error("it is truncated");
  const std::uint64_t entries = number(directory, count_bytes);
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < entries && reader.ok(); ++i) {
    const std::uint64_t entry = directory + count_bytes + i * entry_bytes;
    const std::uint64_t type = number(entry + 2, 2);
    const std::uint64_t values = number(entry + 4, word);
    const std::uint64_t bytes = type < kTypeBytes.size() ? kTypeBytes[type] : 0;
    if (bytes > 0 && values > file.size() / bytes) throw std::runtime_error("it is truncated");
    total += bytes * values;
  }
  if (!reader.ok()) throw std::runtime_error("it is truncated");
  if (total > file.size()) {
    throw std::runtime_error("it is damaged: its directory holds more than the file");
  }
  return total;
}

}  // namespace simdb
