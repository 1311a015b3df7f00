#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace simdb {

/// Takes the bytes of a file, piece by piece.
using ByteSink = std::function<void(std::span<const std::byte> bytes)>;

/// Fills `to` with the next bytes of a file; returns how many there were, fewer only at its end.
using ByteSource = std::function<std::size_t(std::span<std::byte> to)>;

}  // namespace simdb
