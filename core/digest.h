#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace simdb {

/// A SHA-256 digest (FIPS 180-4), 32 bytes.
using Sha256 = std::array<std::uint8_t, 32>;

/// Digest of `bytes`. Throws Error(kInternal) if the crypto library fails. Thread-safe.
Sha256 sha256(std::span<const std::byte> bytes);

/// Lower-case hexadecimal, two characters a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// The inverse for 64 hexadecimal characters; throws Error(kBadInput) for anything else.
Sha256 sha256_from_hex(std::string_view hex);

}  // namespace simdb
