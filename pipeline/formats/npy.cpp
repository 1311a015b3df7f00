#include "pipeline/formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

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

// The numbers of "(rows, columns)" or "(columns,)"; none if it is something else.
std::vector<std::size_t> read_shape(std::string_view text) {
  std::vector<std::size_t> shape;
  text.remove_prefix(text.starts_with('(') ? 1 : text.size());
  while (!text.empty() && !text.starts_with(')')) {
    std::size_t& number = shape.emplace_back();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(',')) text.remove_prefix(1);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return text.empty() ? std::vector<std::size_t>() : shape;
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

NpyReader::NpyReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  std::string prefix(kPrefixBytes, '\0');
  if (!in_.read(prefix.data(), kPrefixBytes) || !prefix.starts_with(kMagic)) {
    refuse("it is no .npy file of format 1.0");
  }
  std::string header(std::size_t{static_cast<std::uint8_t>(prefix[8])} +
                         256 * std::size_t{static_cast<std::uint8_t>(prefix[9])},
                     '\0');
  if (!in_.read(header.data(), static_cast<std::streamsize>(header.size()))) {
    refuse("it ends within its header");
  }
  is_half_ = entry_of(header, "descr").starts_with("'<f2'");
  if (!is_half_ && !entry_of(header, "descr").starts_with("'<f4'")) {
    refuse(
        "its elements are neither little-endian float32 nor float16; save it again as "
        "array.astype('<f4')");
  }
  if (!entry_of(header, "fortran_order").starts_with("False")) {
    refuse("it is not C-ordered; save it again as numpy.ascontiguousarray(array)");
  }
  const std::vector<std::size_t> shape = read_shape(entry_of(header, "shape"));
  if (shape.empty() || shape.size() > 2) refuse("it does not have one or two dimensions");
  rows_ = shape.size() == 2 ? shape[0] : 1;
  columns_ = shape.back();
}

void NpyReader::refuse(const std::string& why) const {
  throw Error(ErrorCode::kBadInput, "can't read the matrix in " + name_ + ": " + why);
}

bool NpyReader::next(std::span<float> values) {
  if (done_ == rows_) {
    if (in_.peek() != std::istream::traits_type::eof()) {
      refuse("it has more elements than its shape says");
    }
    return false;
  }
  const auto read = [&](void* to, std::size_t bytes) {
    if (in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) return;
    refuse(fmt::format("it ends within row {}, its shape says {} rows", done_, rows_));
  };
  if (is_half_) {
    std::vector<std::uint16_t> halves(values.size());
    read(halves.data(), values.size() * sizeof(std::uint16_t));
    std::ranges::transform(halves, values.begin(), from_half);
  } else {
    read(values.data(), values.size_bytes());
  }
  ++done_;
  return true;
}

}  // namespace simdb
