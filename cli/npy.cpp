#include "cli/npy.h"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace simdb::cli {

static_assert(std::endian::native == std::endian::little,
              "the floats are written as they lie in memory");

std::string npy_header(std::string_view type, std::span<const std::size_t> shape) {
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kPrefixBytes = 10;  // magic, version, length of the header
  // A tuple of one needs its comma: (5,).
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                   type, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const std::size_t unpadded = kPrefixBytes + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header += '\n';

  std::string prefix = "\x93NUMPY";
  prefix += '\x01';
  prefix += '\0';
  prefix += static_cast<char>(header.size() & 0xFF);
  prefix += static_cast<char>(header.size() >> 8);
  return prefix + header;
}

std::vector<std::byte> to_npy(const EmbeddingBatch& rows) {
  const std::string header = npy_header("<f4", std::array{rows.rows(), rows.dimension()});
  std::vector<std::byte> bytes;
  const auto append = [&](std::span<const std::byte> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  };
  append(std::as_bytes(std::span(header)));
  append(std::as_bytes(rows.values()));
  return bytes;
}

}  // namespace simdb::cli
