#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace simdb {

/// Numbers of up to 4 bytes at places of a file that may lie: reading past its end gives 0 and
/// clears ok(). Thread-compatible.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint32_t big(std::uint64_t at, std::size_t length) { return number(at, length, true); }
  std::uint32_t little(std::uint64_t at, std::size_t length) { return number(at, length, false); }
  bool ok() const { return ok_; }
  bool has(std::uint64_t at, std::string_view text) const {
    return at <= bytes_.size() && text.size() <= bytes_.size() - at &&
           std::memcmp(bytes_.data() + at, text.data(), text.size()) == 0;
  }

 private:
  std::uint32_t number(std::uint64_t at, std::size_t length, bool big_endian) {
    if (at > bytes_.size() || length > bytes_.size() - at) {
      ok_ = false;
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t position = at + (big_endian ? i : length - 1 - i);
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[position]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace simdb
