#pragma once

#include <cstddef>
#include <istream>
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

/// Reads the rows of a .npy file, format 1.0, C-ordered, of little-endian float32 or float16, one
/// by one. The shape is (rows, columns), or (columns,) for one row. Thread-compatible.
class NpyReader {
 public:
  /// Reads the header; `in` must outlive this. Throws Error(kBadInput), naming `name`, for anything
  /// else.
  NpyReader(std::istream& in, std::string name);

  std::size_t rows() const noexcept { return rows_; }
  std::size_t columns() const noexcept { return columns_; }
  /// Reads the next row into `values`, columns() floats; false after the last. Throws
  /// Error(kBadInput) if the file ends before it or goes on after the last.
  bool next(std::span<float> values);

 private:
  [[noreturn]] void refuse(const std::string& why) const;

  std::istream& in_;
  std::string name_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::size_t done_ = 0;  // rows
  bool is_half_ = false;
};

}  // namespace simdb
