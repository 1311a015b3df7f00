// Keys of the store. Input: a number, a digest, a class name, and the rest as a key.
#include <algorithm>

#include "core/class_name.h"
#include "storage/key_schema_internal.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

bool is_usable(std::string_view class_name) {
  return fuzz::parsed({ErrorCode::kBadInput},
                      [&] {
                        require_class_name(class_name);
                        return true;
                      })
      .has_value();
}

// A key that decodes is what its parts encode to: no two keys mean the same.
void check_decoders(std::string_view key) {
  if (const auto number = decode_number(key)) {
    fuzz::require(encode_number(*number) == key, "a number has one spelling");
  }
  if (const auto id = decode_item_key(key)) {
    fuzz::require(item_key(*id) == key, "an id has one key");
  }
  if (const auto tombstone = decode_tombstone_key(key)) {
    fuzz::require(tombstone_key(*tombstone) == key, "a tombstone has one key");
  }
  if (key.size() > 16) {
    const auto entry = decode_history_entry(key.substr(0, 16), key.substr(16));
    const Tombstone place = entry ? Tombstone{entry->change, entry->first} : Tombstone{};
    const std::string value = !entry || entry->kind == ChangeKind::kRemoved ? ""
                              : entry->kind == ChangeKind::kUpdated         ? std::string(kUpdated)
                                                                    : encode_addition(entry->items);
    fuzz::require(!entry || tombstone_key(place) + value == key, "an entry has one spelling");
  }
  for (const std::size_t prefix : {0UL, 1UL, 32UL, key.size(), key.size() + 1}) {
    const auto id = decode_id_after(prefix, key);
    fuzz::require(id.has_value() == (key.size() >= 8 && prefix == key.size() - 8),
                  "an id is found behind its prefix only");
    if (id) fuzz::require(key.ends_with(item_key(*id)), "an id is found at the end");
  }
  const bool hex = std::ranges::all_of(
      key, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  fuzz::require(is_store_id(key) == (hex && key.size() == kStoreIdDigits), "a store id is hex");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Fields fields(fuzz::bytes_of(data, size));
  const ItemId id{fields.number(8)};
  const ItemId other{fields.number(8)};
  Sha256 digest{};
  for (auto& byte : digest) byte = static_cast<std::uint8_t>(fields.number(1));
  const std::string name = fields.text();
  const std::string second = fields.text();
  check_decoders(fuzz::text_of(fields.rest()));

  fuzz::require((item_key(id) < item_key(other)) == (to_number(id) < to_number(other)),
                "keys are in the order of ids");
  const Tombstone tombstone{to_number(other), id};
  fuzz::require(decode_tombstone_key(tombstone_key(tombstone)) == tombstone,
                "a tombstone is read back");
  const std::string by_hash = digest_key(digest, id);
  fuzz::require(by_hash.starts_with(digest_prefix(digest)) &&
                    decode_id_after(digest_prefix(digest).size(), by_hash) == id,
                "an id is read back behind a digest");
  if (!is_usable(name)) return 0;
  const std::string by_class = class_key(name, id);
  fuzz::require(decode_id_after(class_prefix(name).size(), by_class) == id,
                "an id is read back behind a class");
  if (!is_usable(second) || name == second) return 0;
  fuzz::require(!by_class.starts_with(class_prefix(second)), "no class has keys of another");
  return 0;
}
