#include "pipeline/formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "simdb/error.h"

namespace simdb {

static_assert(std::endian::native == std::endian::little,
              "the floats are written as they lie in memory");

namespace {

constexpr std::size_t kPrefixBytes = 10;  // magic, version, length of the header
constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);

// Source: IEEE 754, binary16.
float from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1F;
  const auto fraction = static_cast<float>(bits & 0x3FF);
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  if (exponent == 0x1F) return fraction == 0 ? sign * HUGE_VALF : NAN;
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

// What follows "'KEY': " in the header; empty if it is not there.
std::string_view entry_of(std::string_view header, std::string_view key) {
  const std::string quoted = fmt::format("'{}': ", key);
  const std::size_t at = header.find(quoted);
  return at == std::string_view::npos ? std::string_view() : header.substr(at + quoted.size());
}

// The two numbers of "(rows, columns)".
bool read_shape(std::string_view text, NpyMatrix& matrix) {
  const char* const end = text.data() + text.size();
  if (!text.starts_with('(')) return false;
  const auto [comma, bad_rows] = std::from_chars(text.data() + 1, end, matrix.rows);
  if (bad_rows != std::errc() || !std::string_view(comma, end).starts_with(", ")) return false;
  const auto [close, bad_columns] = std::from_chars(comma + 2, end, matrix.columns);
  return bad_columns == std::errc() && std::string_view(close, end).starts_with(')');
}

}  // namespace

std::string npy_header(std::string_view type, std::span<const std::size_t> shape) {
  constexpr std::size_t kAlignment = 64;
  // A tuple of one needs its comma: (5,).
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                   type, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const std::size_t unpadded = kPrefixBytes + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header += '\n';

  std::string prefix(kMagic);
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

NpyMatrix from_npy(std::span<const std::byte> bytes, const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::kBadInput, "can't read the matrix in " + name + ": " + why);
  };
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() < kPrefixBytes || !text.starts_with(kMagic)) {
    refuse("it is no .npy file of format 1.0");
  }
  const std::size_t header_bytes =
      std::to_integer<std::size_t>(bytes[8]) + 256 * std::to_integer<std::size_t>(bytes[9]);
  const std::string_view header = text.substr(kPrefixBytes, header_bytes);
  const bool is_half = entry_of(header, "descr").starts_with("'<f2'");
  if (!is_half && !entry_of(header, "descr").starts_with("'<f4'")) {
    refuse("its elements are neither little-endian float32 nor float16");
  }
  if (!entry_of(header, "fortran_order").starts_with("False")) refuse("it is not C-ordered");
  NpyMatrix matrix;
  if (!read_shape(entry_of(header, "shape"), matrix)) refuse("it does not have two dimensions");
  const std::size_t width = is_half ? sizeof(std::uint16_t) : sizeof(float);
  const std::span data = bytes.subspan(std::min(kPrefixBytes + header_bytes, bytes.size()));
  const std::size_t count = data.size() / width;
  const bool is_whole = matrix.columns == 0
                            ? data.empty()
                            : count * width == data.size() && count % matrix.columns == 0 &&
                                  count / matrix.columns == matrix.rows;
  if (!is_whole) refuse("it does not have as many elements as its shape says");
  matrix.values.resize(count);
  if (!is_half) {
    std::memcpy(matrix.values.data(), data.data(), data.size());
    return matrix;
  }
  std::vector<std::uint16_t> halves(count);
  std::memcpy(halves.data(), data.data(), data.size());
  std::ranges::transform(halves, matrix.values.begin(), from_half);
  return matrix;
}

}  // namespace simdb
