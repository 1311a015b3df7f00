#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace simdb {

/// XXH3, 64 bits: notices damage by chance, not by intent.
std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept;

}  // namespace simdb
