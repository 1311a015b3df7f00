#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/formats/json_reader.h"
#include "pipeline/formats/npy.h"

namespace simdb {

/// Reads vectors one by one, whatever their length, in one of three forms: a NumPy array if the
/// name ends in .npy (see NpyReader), .fvecs (see write_fvecs), and for any other name JSON lines:
/// arrays of numbers, or objects with one as their "vector", as `simdb embed` writes them; blank
/// lines are no part of it. Thread-compatible.
class VectorReader {
 public:
  /// `in` must outlive this. Throws Error(kBadInput), naming `name`, if it has a bad header or
  /// vectors of another dimension.
  VectorReader(std::istream& in, std::string name, std::size_t dimension);

  /// Reads the next row into `values`; false after the last. Throws Error(kBadInput), naming the
  /// row, if it can't be used: call again for the one after it, if there is a way to find that.
  /// Throws Error(kIo) if the stream breaks off.
  bool next(std::vector<float>& values);
  /// The last row that next() read or refused, "NAME:0" for the first.
  std::string row_name() const;

 private:
  [[noreturn]] void refuse(const std::string& why) const;
  void require_dimension(std::size_t found) const;
  bool next_of_npy(NpyReader& array, std::vector<float>& values);
  bool next_of_fvecs(std::vector<float>& values);
  bool next_of_lines(std::vector<float>& values);
  bool read_line(std::string_view line, std::vector<float>& values);

  std::istream& in_;
  std::string name_;
  std::size_t dimension_;
  std::size_t rows_ = 0;            // read or refused
  bool ended_ = false;              // there is no way to go on
  std::optional<NpyReader> array_;  // if it is one
  JsonReader json_;                 // else, unless they are .fvecs
  std::vector<char> line_;
};

}  // namespace simdb
