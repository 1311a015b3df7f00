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

}  // namespace

std::string encode_item(const ItemInfo& info, std::int64_t added_ms) {
  storage::StoredItem item;
  item.set_class_name(info.class_name);
  item.set_source(info.source);
  item.set_digest(info.digest.data(), info.digest.size());
  item.set_width(info.width);
  item.set_height(info.height);
  item.set_added_ms(added_ms);
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
  record.info.class_name = item.class_name();
  record.info.source = item.source();
  record.info.width = item.width();
  record.info.height = item.height();
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
