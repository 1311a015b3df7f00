// The record and the vector of an item. Input: a byte for the dimension, then the value.
#include <algorithm>
#include <cmath>

#include "simdb/embedding.h"
#include "storage/item_value_internal.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

constexpr ItemId kId{7};

void check_record(std::string_view bytes) {
  const auto record =
      fuzz::parsed({ErrorCode::kCorruption}, [&] { return decode_item(kId, bytes); });
  if (!record) return;
  fuzz::require(record->id == kId, "a record has the id of its key");
  fuzz::require(!record->info.class_name.empty(), "an item has a class");
  for (const auto& [name, value] : record->info.metadata) {
    const auto* number = std::get_if<double>(&value);
    if (number && std::isnan(*number)) return;  // is not equal to itself, and never written
  }
  const ItemRecord again =
      decode_item(kId, encode_item(record->info, record->added_ms, record->changed_ms));
  fuzz::require(again == record, "what is written is read back");
}

void check_vector(std::string_view bytes, std::size_t dimension) {
  std::vector<float> values(dimension);
  const bool decoded = fuzz::parsed({ErrorCode::kCorruption}, [&] {
                         decode_vector(kId, bytes, values);
                         return true;
                       }).has_value();
  fuzz::require(decoded == (bytes.size() == dimension * sizeof(float)), "a vector has its size");
  if (decoded) fuzz::require(encode_vector(values) == bytes, "a vector comes back bit for bit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Fields fields(fuzz::bytes_of(data, size));
  const std::size_t dimension = 16 * (1 + fields.number(1) % 3);
  const std::string value = fuzz::text_of(fields.rest());
  check_record(value);
  check_vector(value, dimension);
  return 0;
}
