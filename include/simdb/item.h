#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "simdb/digest.h"

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
  std::string class_name;    ///< see core/class_name.h for what is allowed
  std::string source;        ///< absolute path of the file when it was added; may be empty
  Sha256 digest{};           ///< of the image file's bytes
  std::uint32_t width = 0;   ///< pixels
  std::uint32_t height = 0;  ///< pixels

  friend bool operator==(const ItemInfo&, const ItemInfo&) = default;
};

/// An image about to be stored; its embedding travels beside it in an EmbeddingBatch.
struct NewItem {
  ItemInfo info;
  std::vector<std::byte> thumbnail;  ///< small image file for viewers; may be empty
};

/// A stored item.
struct ItemRecord {
  ItemId id{};
  std::int64_t added_ms = 0;  ///< milliseconds since 1970-01-01 UTC
  ItemInfo info;

  friend bool operator==(const ItemRecord&, const ItemRecord&) = default;
};

struct ClassCount {
  std::string name;
  std::uint64_t items = 0;

  friend bool operator==(const ClassCount&, const ClassCount&) = default;
};

}  // namespace simdb
