#include <algorithm>
#include <bit>
#include <cstring>

#include "record.pb.h"
#include "simdb/error.h"
#include "storage/item_value_internal.h"

namespace simdb {
namespace {

static_assert(std::endian::native == std::endian::little,
              "stored vectors are little-endian; this machine needs a byte swap here");

[[noreturn]] void fail(ItemId id, const std::string& why) {
  throw Error(ErrorCode::kCorruption, "item " + std::to_string(to_number(id)) + " is damaged: " +
                                          why + "; restore the database from a copy");
}

void set_value(storage::Field& field, bool value) { field.set_boolean(value); }
void set_value(storage::Field& field, double value) { field.set_number(value + 0.0); }  // no -0
void set_value(storage::Field& field, const std::string& value) { field.set_text(value); }

MetadataValue value_of(ItemId id, const storage::Field& field) {
  switch (field.value_case()) {
    case storage::Field::kBoolean:
      return field.boolean();
    case storage::Field::kNumber:
      return field.number();
    case storage::Field::kText:
      return field.text();
    default:
      fail(id, "a field of its metadata has no value");
  }
}

}  // namespace

std::string encode_item(const ItemInfo& info, std::int64_t added_ms, std::int64_t changed_ms) {
  storage::StoredItem item;
  item.set_class_name(info.class_name);
  item.set_source(info.source);
  item.set_digest(info.digest.data(), info.digest.size());
  item.set_width(info.width);
  item.set_height(info.height);
  item.set_added_ms(added_ms);
  if (changed_ms != added_ms) item.set_changed_ms(changed_ms);
  item.set_key(info.key);
  for (const auto& [name, value] : info.metadata) {
    storage::Field& field = *item.add_metadata();
    field.set_name(name);
    std::visit([&](const auto& of_type) { set_value(field, of_type); }, value);
  }
  return item.SerializeAsString();
}

ItemRecord decode_item(ItemId id, std::string_view bytes) {
  storage::StoredItem item;
  if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    fail(id, "its record can't be decoded");
  }
  ItemRecord record;
  record.id = id;
  record.added_ms = item.added_ms();
  record.changed_ms = item.changed_ms() == 0 ? item.added_ms() : item.changed_ms();
  record.info.class_name = item.class_name();
  record.info.source = item.source();
  record.info.width = item.width();
  record.info.height = item.height();
  record.info.key = item.key();
  for (const storage::Field& field : item.metadata()) {
    record.info.metadata.insert_or_assign(field.name(), value_of(id, field));
  }
  if (item.digest().size() != record.info.digest.size()) fail(id, "its digest is not 32 bytes");
  std::copy(item.digest().begin(), item.digest().end(), record.info.digest.begin());
  if (record.info.class_name.empty()) fail(id, "it has no class");
  return record;
}

std::string_view encode_vector(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

void decode_vector(ItemId id, std::string_view bytes, std::span<float> values) {
  if (bytes.size() != values.size_bytes()) {
    fail(id, "its embedding has " + std::to_string(bytes.size()) + " bytes instead of " +
                 std::to_string(values.size_bytes()));
  }
  std::memcpy(values.data(), bytes.data(), bytes.size());
}

}  // namespace simdb
