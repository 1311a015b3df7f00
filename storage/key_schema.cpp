#include "storage/key_schema_internal.h"

namespace simdb {

std::string encode_number(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xFF);
  return bytes;
}

std::optional<std::uint64_t> decode_number(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<std::uint8_t>(byte);
  return number;
}

std::string item_key(ItemId id) { return encode_number(to_number(id)); }

std::optional<ItemId> decode_item_key(std::string_view key) {
  const auto number = decode_number(key);
  return number ? std::optional(ItemId{*number}) : std::nullopt;
}

std::string class_prefix(std::string_view class_name) { return std::string(class_name) + '\0'; }

std::string class_key(std::string_view class_name, ItemId id) {
  return class_prefix(class_name) + item_key(id);
}

std::string digest_prefix(const Sha256& digest) {
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::string digest_key(const Sha256& digest, ItemId id) {
  return digest_prefix(digest) + item_key(id);
}

std::optional<ItemId> decode_id_after(std::size_t prefix_bytes, std::string_view key) {
  if (key.size() < prefix_bytes) return std::nullopt;
  return decode_item_key(key.substr(prefix_bytes));
}

}  // namespace simdb
