#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "simdb/item.h"

// What engines share of changing items.
namespace simdb {

/// A stored item, as it is, and what is to become of it.
struct ItemUpdate {
  ItemRecord item;
  ItemChange change;
};

/// Their ids, in their order.
std::vector<ItemId> ids_of(std::span<const ItemRecord> items);
/// The ids of all that happened, ascending, each once.
std::vector<ItemId> ids_of(std::span<const ItemEvent> events);
/// Whether an item is among records that ascend by id.
bool has_item(std::span<const ItemRecord> ascending, ItemId id);
/// Throws Error(kUsage) unless it is of letters and digits: see Gallery::sidecar.
void require_sidecar_name(std::string_view name);

/// The ids in ascending order, each once.
std::vector<ItemId> each_once(std::vector<ItemId> ids);

/// The time as ItemRecord has it.
std::int64_t now_ms();

/// Throws Error(kUsage) if a change would give its key to several items.
void require_single_owner(const ItemChange& change, std::size_t items);
/// Throws Error(kUsage): a key that an item is to have belongs to another one.
[[noreturn]] void fail_taken_key(std::string_view key, ItemId owner);

}  // namespace simdb
