#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/digest.h"
#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb {

/// What tells items of a class that show the same from others.
struct GroupedItem {
  ItemId id{};
  Sha256 digest{};         ///< zero: unknown, equal to no other
  std::string group = {};  ///< what the user groups by; empty: nothing
};

/// The group of each item, numbered from 0: items of equal digest, of embeddings that are equal bit
/// for bit, or of equal `group` are in one, and so are those that this connects. Row i of
/// `embeddings` is that of items[i]. Pure and thread-safe.
std::vector<std::uint32_t> group_items(std::span<const GroupedItem> items,
                                       const EmbeddingBatch& embeddings);

/// A number drawn by the content of an item: from its digest or, where that is unknown, its
/// embedding.
std::uint64_t content_key(const Sha256& digest, std::span<const float> embedding) noexcept;

/// A number drawn by another.
std::uint64_t mixed_key(std::uint64_t number) noexcept;

/// The hash of a text, the same on every machine.
std::uint64_t text_key(std::string_view text) noexcept;

}  // namespace simdb
