#include <algorithm>
#include <bit>
#include <variant>

#include "storage/key_schema_internal.h"

namespace simdb {

bool is_store_id(std::string_view text) {
  return text.size() == kStoreIdDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

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

std::optional<Sha256> decode_digest(std::string_view key) {
  Sha256 digest{};
  if (key.size() != digest.size()) return std::nullopt;
  std::copy(key.begin(), key.end(), digest.begin());
  return digest;
}

std::string digest_key(const Sha256& digest, ItemId id) {
  return digest_prefix(digest) + item_key(id);
}

namespace {

constexpr std::size_t kTextDigestBytes = 16;
constexpr char kAdded = 'a';

std::string encode_value(bool value) { return {'b', value ? '\1' : '\0'}; }

// Positive numbers have their sign bit set, negative ones all bits inverted: then the order of the
// bytes is that of the numbers (IEEE 754).
std::string encode_value(double value) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 becomes 0
  return std::string("n").append(encode_number((bits & kSign) != 0 ? ~bits : bits | kSign));
}

std::string encode_value(const std::string& value) {
  const Sha256 digest = sha256(std::as_bytes(std::span(value)));
  return std::string("s").append(digest_prefix(digest), 0, kTextDigestBytes);
}

}  // namespace

std::string field_prefix(std::string_view name) { return std::string(name) + '\0'; }

std::string value_prefix(std::string_view name, const MetadataValue& value) {
  return field_prefix(name) +
         std::visit([](const auto& of_type) { return encode_value(of_type); }, value);
}

std::string field_key(std::string_view name, const MetadataValue& value, ItemId id) {
  return value_prefix(name, value) + item_key(id);
}

std::string tombstone_key(const Tombstone& tombstone) {
  return encode_number(tombstone.change) + item_key(tombstone.id);
}

std::optional<Tombstone> decode_tombstone_key(std::string_view key) {
  const auto change = decode_number(key.substr(0, 8));
  const auto id = decode_id_after(8, key);
  return change && id ? std::optional(Tombstone{*change, *id}) : std::nullopt;
}

std::string encode_addition(std::uint64_t items) {
  return std::string(1, kAdded).append(encode_number(items));
}

std::optional<HistoryEntry> decode_history_entry(std::string_view key, std::string_view value) {
  const auto tombstone = decode_tombstone_key(key);
  if (!tombstone) return std::nullopt;
  HistoryEntry entry{tombstone->change, ChangeKind::kRemoved, tombstone->id};
  if (value.empty()) return entry;
  entry.kind = ChangeKind::kUpdated;
  if (value == kUpdated) return entry;
  entry.kind = ChangeKind::kAdded;
  const auto items = value.front() == kAdded ? decode_number(value.substr(1)) : std::nullopt;
  if (!items || *items == 0) return std::nullopt;
  entry.items = *items;
  return entry;
}

void for_each_derived(
    ItemId id, const ItemInfo& info,
    const std::function<void(Family, const std::string& key, const std::string& value)>& visit) {
  visit(Family::kByClass, class_key(info.class_name, id), {});
  visit(Family::kByHash, digest_key(info.digest, id), {});
  if (!info.key.empty()) visit(Family::kByKey, info.key, item_key(id));
  for (const auto& [name, value] : info.metadata) {
    visit(Family::kByMetadata, field_key(name, value, id), {});
  }
}

std::optional<ItemId> decode_id_after(std::size_t prefix_bytes, std::string_view key) {
  if (key.size() < prefix_bytes) return std::nullopt;
  return decode_item_key(key.substr(prefix_bytes));
}

}  // namespace simdb
