#include <bit>
#include <type_traits>

#include "postgres/binary_internal.h"
#include "simdb/error.h"

namespace simdb::postgres {
namespace {

// Types that a binary array names; they are fixed in PostgreSQL.
constexpr std::int32_t kBytea = 17;
constexpr std::int32_t kBigint = 20;
constexpr std::int32_t kText = 25;

// Big-endian.
template <typename Number>
void append(std::string& to, Number number) {
  const auto bits = static_cast<std::make_unsigned_t<Number>>(number);
  for (std::size_t i = sizeof(Number); i-- > 0;) to += static_cast<char>((bits >> 8 * i) & 0xFF);
}

std::uint32_t read32(const char* bytes) {
  std::uint32_t bits = 0;
  for (int i = 0; i < 4; ++i) bits = bits << 8 | static_cast<std::uint8_t>(bytes[i]);
  return bits;
}

// The head of an array of one dimension; the elements follow, each behind its length.
std::string array_of(std::int32_t type, std::size_t size) {
  std::string array;
  append(array, std::int32_t{size == 0 ? 0 : 1});
  append(array, std::int32_t{0});  // none is NULL
  append(array, type);
  if (size == 0) return array;
  append(array, static_cast<std::int32_t>(size));
  append(array, std::int32_t{1});  // number of the first
  return array;
}

void append_element(std::string& to, std::string_view value) {
  append(to, static_cast<std::int32_t>(value.size()));
  to += value;
}

std::string array_of(std::int32_t type, std::span<const std::string> values) {
  std::string array = array_of(type, values.size());
  for (const std::string& value : values) append_element(array, value);
  return array;
}

}  // namespace

std::string encode_vector(std::span<const float> values) {
  std::string bytes;
  bytes.reserve(4 + 4 * values.size());
  append(bytes, static_cast<std::int16_t>(values.size()));
  append(bytes, std::int16_t{0});
  for (const float value : values) append(bytes, std::bit_cast<std::int32_t>(value));
  return bytes;
}

std::int64_t decode_number(std::string_view bytes) {
  if (bytes.empty()) return 0;
  // The sign comes first.
  const auto first = static_cast<std::uint8_t>(bytes.front());
  std::int64_t number = first < 128 ? std::int64_t{first} : std::int64_t{first} - 256;
  for (const char byte : bytes.substr(1)) number = number * 256 + static_cast<std::uint8_t>(byte);
  return number;
}

void decode_vector(std::string_view bytes, std::span<float> values) {
  if (bytes.size() != 4 + 4 * values.size()) {
    throw Error(ErrorCode::kCorruption, "an embedding in PostgreSQL has not " +
                                            std::to_string(values.size()) +
                                            " values; restore the database from a copy");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::bit_cast<float>(read32(bytes.data() + 4 + 4 * i));
  }
}

Params& Params::text(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

Params& Params::number(std::int64_t value) {
  append(values_.emplace_back(), value);
  return *this;
}

Params& Params::real(double value) { return number(std::bit_cast<std::int64_t>(value)); }

Params& Params::numbers(std::span<const std::int64_t> values) {
  std::string array = array_of(kBigint, values.size());
  for (const std::int64_t value : values) {
    append(array, std::int32_t{8});
    append(array, value);
  }
  values_.push_back(std::move(array));
  return *this;
}

Params& Params::ids(std::span<const ItemId> values) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(values.size());
  for (const ItemId id : values) numbers.push_back(static_cast<std::int64_t>(to_number(id)));
  return this->numbers(numbers);
}

Params& Params::texts(std::span<const std::string> values) {
  values_.push_back(array_of(kText, values));
  return *this;
}

Params& Params::byte_strings(std::span<const std::string> values) {
  values_.push_back(array_of(kBytea, values));
  return *this;
}

std::vector<const char*> Params::pointers() const {
  std::vector<const char*> pointers;
  pointers.reserve(values_.size());
  for (const std::string& value : values_) pointers.push_back(value.data());
  return pointers;
}

std::vector<int> Params::lengths() const {
  std::vector<int> lengths;
  lengths.reserve(values_.size());
  for (const std::string& value : values_) lengths.push_back(static_cast<int>(value.size()));
  return lengths;
}

void CopyRows::begin_row() {
  if (bytes_.empty()) {
    bytes_.append("PGCOPY\n\xFF\r\n\0", 11);
    append(bytes_, std::int32_t{0});
    append(bytes_, std::int32_t{0});
  }
  append(bytes_, static_cast<std::int16_t>(columns_));
}

void CopyRows::text(std::string_view value) { append_element(bytes_, value); }

void CopyRows::json(std::string_view value) {
  append(bytes_, static_cast<std::int32_t>(value.size() + 1));
  bytes_ += '\1';  // version of the form
  bytes_ += value;
}

void CopyRows::number(std::int64_t value) {
  append(bytes_, std::int32_t{8});
  append(bytes_, value);
}

void CopyRows::null() { append(bytes_, std::int32_t{-1}); }

}  // namespace simdb::postgres
