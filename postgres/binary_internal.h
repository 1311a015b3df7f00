#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/item.h"

// Values as PostgreSQL's protocol has them in binary form.
namespace simdb::postgres {

std::string encode_vector(std::span<const float> values);
/// Of 1, 2, 4 or 8 bytes.
std::int64_t decode_number(std::string_view bytes);
/// Throws Error(kCorruption) if it has not as many values as `values`.
void decode_vector(std::string_view bytes, std::span<float> values);

/// The parameters of a statement. They are copied.
class Params {
 public:
  Params& text(std::string_view value);  ///< text or bytea
  Params& number(std::int64_t value);    ///< bigint
  Params& real(double value);            ///< float8
  Params& vector(std::span<const float> values) { return text(encode_vector(values)); }
  Params& numbers(std::span<const std::int64_t> values);      ///< bigint[]
  Params& ids(std::span<const ItemId> values);                ///< bigint[]
  Params& texts(std::span<const std::string> values);         ///< text[]
  Params& byte_strings(std::span<const std::string> values);  ///< bytea[]

  int size() const noexcept { return static_cast<int>(values_.size()); }
  std::vector<const char*> pointers() const;
  std::vector<int> lengths() const;

 private:
  std::vector<std::string> values_;
};

/// Rows for a COPY.
class CopyRows {
 public:
  explicit CopyRows(int columns) : columns_(columns) {}

  void begin_row();
  void text(std::string_view value);  ///< text or bytea
  void json(std::string_view value);  ///< jsonb
  void number(std::int64_t value);    ///< bigint
  void null();
  bool empty() const noexcept { return bytes_.empty(); }
  const std::string& bytes() const noexcept { return bytes_; }

 private:
  int columns_;
  std::string bytes_;
};

}  // namespace simdb::postgres
