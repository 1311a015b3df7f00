#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simdb/digest.h"
#include "simdb/metadata.h"

namespace simdb {

/// Names an item for good: ids grow from 1 and are never used again after a removal.
enum class ItemId : std::uint64_t {};

constexpr std::uint64_t to_number(ItemId id) noexcept { return static_cast<std::uint64_t>(id); }

/// A search hit. similarity is the dot product of unit vectors, in [-1, 1].
struct Neighbor {
  ItemId id{};
  float similarity = 0;

  friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

/// The order of search results: similarity down, then id up. A total order, so answers never depend
/// on luck.
constexpr bool ranks_before(const Neighbor& a, const Neighbor& b) noexcept {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
}

/// What is kept about an image beside its embedding.
struct ItemInfo {
  std::string class_name = {};  ///< see core/class_name.h for what is allowed
  std::string source = {};      ///< absolute path of the file when it was added; may be empty
  Sha256 digest{};              ///< of the image file's bytes; all zero: unknown, equal to no other
  std::uint32_t width = 0;      ///< pixels
  std::uint32_t height = 0;     ///< pixels
  std::string key = {};    ///< the user's own name of the item, unique in the gallery; may be empty
  Metadata metadata = {};  ///< the user's own; see require_metadata

  friend bool operator==(const ItemInfo&, const ItemInfo&) = default;
};

/// An image about to be stored; its embedding travels beside it in an EmbeddingBatch.
struct NewItem {
  ItemInfo info;
  std::vector<std::byte> thumbnail;  ///< small image file for viewers; may be empty
  /// The image file itself, to be kept with the item; empty: it is not. Its SHA-256 is info.digest.
  std::vector<std::byte> image = {};
};

/// A stored item.
struct ItemRecord {
  ItemId id{};
  std::int64_t added_ms = 0;  ///< milliseconds since 1970-01-01 UTC
  ItemInfo info;
  std::int64_t changed_ms = 0;  ///< the same of its last change; at first added_ms

  friend bool operator==(const ItemRecord&, const ItemRecord&) = default;
};

/// Like names (see require_class_name), but 1 to this many bytes.
inline constexpr std::size_t kMaxKeyBytes = 1024;

/// What is to become of an item; what is not set stays.
struct ItemChange {
  std::optional<std::string> class_name = std::nullopt;
  std::optional<std::string> source = std::nullopt;
  std::optional<std::string> key = std::nullopt;  ///< empty: none from then on
  Metadata set = {};                              ///< fields that it gets, or whose value changes
  std::vector<std::string> unset = {};            ///< fields that it loses, before it gets others
};
/// What becomes of `info`.
ItemInfo changed(ItemInfo info, const ItemChange& change);

/// What a change did to an item.
enum class ChangeKind : std::uint8_t { kRemoved, kUpdated, kAdded };

struct ItemEvent {
  std::uint64_t change = 0;  ///< number of the change: see Gallery::changes
  ChangeKind kind = ChangeKind::kAdded;
  ItemId id{};

  friend bool operator==(const ItemEvent&, const ItemEvent&) = default;
};

/// What some changes in a row did, each of them whole.
struct ItemHistory {
  /// By change, in each by kind (what is removed first, so that a key is free before another item
  /// gets it), then by id.
  std::vector<ItemEvent> events;
  std::uint64_t through = 0;  ///< number of the last of these changes

  friend bool operator==(const ItemHistory&, const ItemHistory&) = default;
};

struct ClassCount {
  std::string name;
  std::uint64_t items = 0;

  friend bool operator==(const ClassCount&, const ClassCount&) = default;
};

}  // namespace simdb
