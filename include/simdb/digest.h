#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace simdb {

/// A SHA-256 digest (FIPS 180-4), 32 bytes.
using Sha256 = std::array<std::uint8_t, 32>;

/// Digest of `bytes`. Throws Error(kInternal) if the crypto library fails. Thread-safe.
Sha256 sha256(std::span<const std::byte> bytes);

/// The same for bytes that come in pieces. Thread-compatible.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  ~Sha256Stream();

  void append(std::span<const std::byte> bytes);
  /// Of all that was appended; the last call.
  Sha256 finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Lower-case hexadecimal, two characters per byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// The inverse for 64 hexadecimal characters; throws Error(kBadInput) for anything else.
Sha256 sha256_from_hex(std::string_view hex);

}  // namespace simdb
