#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simdb/digest.h"
#include "simdb/item.h"

// Names and keys of the store. docs/file_formats.md describes them; numbers are big-endian, so that
// RocksDB's byte order is the order of the numbers.
namespace simdb {

/// Version of everything below. 1: the first. 2: keys, metadata, items that change. 3: kept images,
/// a second set of vectors. A store of an older version is read as it is, and becomes one of this
/// when it is opened for writing.
inline constexpr std::uint64_t kStoreFormatVersion = 3;

/// One column family per kind of data. The order is that of kColumnFamilyNames.
enum class Family : std::size_t {
  kMeta,        ///< name -> number or text; see MetaKey
  kItems,       ///< id -> StoredItem (record.proto)
  kVectors,     ///< id -> dimension floats, little-endian
  kClasses,     ///< class name -> number of items
  kByClass,     ///< class name, NUL, id -> nothing
  kByHash,      ///< SHA-256 of the image file, id -> nothing
  kModels,      ///< encoder fingerprint -> ONNX bytes
  kThumbnails,  ///< id -> bytes of a small image file
  kTombstones,  ///< number of a change, id -> what became of it; see HistoryEntry
  kSessions,    ///< number of the first change of a writer -> a random number
  kByKey,       ///< the user's key of an item -> id
  kByMetadata,  ///< field_key() -> nothing
  kImages,      ///< SHA-256 of an image file -> its bytes
  kImageSizes,  ///< the same key -> how many these are
  kVectors2,    ///< as kVectors: those of the other generation of a re-embedding
};
inline constexpr std::array<const char*, 15> kColumnFamilyNames = {
    "meta",    "items",       "vectors",    "classes",     "by_class",
    "by_hash", "models",      "thumbnails", "tombstones",  "sessions",
    "by_key",  "by_metadata", "images",     "image_sizes", "vectors_2"};
/// How many of them, the first ones, each version has, from version 1 on.
inline constexpr std::array<std::size_t, kStoreFormatVersion> kColumnFamiliesOfVersion = {
    10, 12, kColumnFamilyNames.size()};

/// In the folder of the store, beside RocksDB's files; see Witness.
inline constexpr const char* kWitnessFile = "WITNESS";

/// Keys of Family::kMeta.
inline constexpr std::string_view kMetaFormat = "format_version";
inline constexpr std::string_view kMetaDimension = "dimension";
inline constexpr std::string_view kMetaEncoder = "encoder_fingerprint";
inline constexpr std::string_view kMetaSpace = "space";  // only where there is no encoder
inline constexpr std::string_view kMetaNextId = "next_id";
inline constexpr std::string_view kMetaItems = "items";
inline constexpr std::string_view kMetaStoreId = "store_id";
inline constexpr std::string_view kMetaChanges = "changes";
inline constexpr std::string_view kMetaTombstonesFrom = "tombstones_from";
inline constexpr std::string_view kMetaHistoryEntries = "history_entries";
// The family of the embeddings in use; absent: kVectors.
inline constexpr std::string_view kMetaVectors = "vectors";
// Of the embeddings in the other of the two families; absent: there are none.
inline constexpr std::string_view kMetaOtherEncoder = "other_encoder_fingerprint";
inline constexpr std::string_view kMetaOtherDimension = "other_dimension";
inline constexpr std::string_view kMetaOtherRole = "other_role";
inline constexpr std::string_view kNextRole = "next";          // being built
inline constexpr std::string_view kPreviousRole = "previous";  // was in use before
// Only in a store that follows another gallery: see Store::follow.
inline constexpr std::string_view kMetaFollows = "follows";
inline constexpr std::string_view kFollowsPart = "part";  // some of its items are missing yet
inline constexpr std::string_view kFollowsAll = "all";
inline constexpr std::string_view kMetaSettingPrefix = "setting/";  // then a setting's name

/// The store_id is 16 random bytes as lower-case hexadecimal digits.
inline constexpr std::size_t kStoreIdDigits = 32;
bool is_store_id(std::string_view text);

/// 8 bytes, big-endian.
std::string encode_number(std::uint64_t number);
/// Nothing unless `bytes` are 8.
std::optional<std::uint64_t> decode_number(std::string_view bytes);

std::string item_key(ItemId id);
std::optional<ItemId> decode_item_key(std::string_view key);

/// Class names hold no NUL (see core/class_name.h), so no class's keys begin with another's prefix.
std::string class_prefix(std::string_view class_name);
std::string class_key(std::string_view class_name, ItemId id);

std::string digest_prefix(const Sha256& digest);
std::string digest_key(const Sha256& digest, ItemId id);
/// The digest that a digest_prefix is; nothing unless it has 32 bytes.
std::optional<Sha256> decode_digest(std::string_view key);

/// The entries of a field: its name (without NUL, see require_metadata), NUL.
std::string field_prefix(std::string_view name);
/// The entries of a value: the prefix of its field; 'b' and 0 or 1, 'n' and 8 bytes in whose order
/// the numbers are, or 's' and the first 16 bytes of the text's SHA-256.
std::string value_prefix(std::string_view name, const MetadataValue& value);
std::string field_key(std::string_view name, const MetadataValue& value, ItemId id);

/// Tombstones lie in the order of the changes, so that those after a change are one range and those
/// up to it another.
struct Tombstone {
  std::uint64_t change = 0;
  ItemId id{};

  friend bool operator==(const Tombstone&, const Tombstone&) = default;
};
/// The value of a tombstone whose item was changed, but not removed.
inline constexpr std::string_view kUpdated = "u";
std::string tombstone_key(const Tombstone& tombstone);
std::optional<Tombstone> decode_tombstone_key(std::string_view key);

/// What an entry of Family::kTombstones says: a tombstone, or items that a change added.
struct HistoryEntry {
  std::uint64_t change = 0;
  ChangeKind kind = ChangeKind::kRemoved;
  ItemId first{};
  std::uint64_t items = 1;  ///< of an addition: they have the ids from `first` on

  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};
/// The value of an entry for `items` that were added; its key is a tombstone's of the first one.
std::string encode_addition(std::uint64_t items);
/// Nothing if the key has a wrong length or the value says nothing.
std::optional<HistoryEntry> decode_history_entry(std::string_view key, std::string_view value);

/// Calls with each entry that follows from an item: of by_class, by_hash, by_key and by_metadata.
void for_each_derived(
    ItemId id, const ItemInfo& info,
    const std::function<void(Family, const std::string& key, const std::string& value)>& visit);

/// The id at the end of a class_key, digest_key or field_key whose prefix has `prefix_bytes` bytes.
std::optional<ItemId> decode_id_after(std::size_t prefix_bytes, std::string_view key);

}  // namespace simdb
