#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/embedding.h"

namespace simdb::cli {

/// How a NumPy .npy file begins, format 1.0, source: numpy.lib.format. The little-endian elements
/// of a C-ordered array follow it. They start at a multiple of 64, so that the file can be mapped.
/// `type` is NumPy's name of the element's type: "<f4" for float, "<i8" for std::int64_t.
std::string npy_header(std::string_view type, std::span<const std::size_t> shape);

/// The bytes of a .npy file that holds float32, rows x dimension.
std::vector<std::byte> to_npy(const EmbeddingBatch& rows);

}  // namespace simdb::cli
