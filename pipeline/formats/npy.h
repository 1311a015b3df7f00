#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

/// How a NumPy .npy file begins, format 1.0, source: numpy.lib.format. The little-endian elements
/// of a C-ordered array follow it. They start at a multiple of 64, so that the file can be mapped.
/// `type` is NumPy's name of the element's type: "<f4" for float, "<i8" for std::int64_t.
std::string npy_header(std::string_view type, std::span<const std::size_t> shape);

/// The bytes of a .npy file that holds float32, rows x dimension.
std::vector<std::byte> to_npy(const EmbeddingBatch& rows);

/// A plain value; row-major.
struct NpyMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;
};

/// Reads a .npy file of two dimensions, format 1.0, C-ordered, of little-endian float32 or float16.
/// Throws Error(kBadInput), naming `name`, for anything else. Thread-safe.
NpyMatrix from_npy(std::span<const std::byte> bytes, const std::string& name);

}  // namespace simdb
