#include "index/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace simdb {

std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace simdb
