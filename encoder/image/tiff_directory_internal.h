#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace simdb {

/// How much the entries of a TIFF's first directory hold, of which libtiff keeps a copy. Entries
/// that share their data could make gigabytes of a small file: throws, as decoders do, where they
/// hold more than the file has.
std::uint64_t tiff_directory_bytes(std::span<const std::byte> file);

}  // namespace simdb
