#include "core/item_update.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb {

std::vector<ItemId> ids_of(std::span<const ItemRecord> items) {
  std::vector<ItemId> ids;
  ids.reserve(items.size());
  for (const ItemRecord& item : items) ids.push_back(item.id);
  return ids;
}

std::vector<ItemId> ids_of(std::span<const ItemEvent> events) {
  std::vector<ItemId> ids;
  ids.reserve(events.size());
  for (const ItemEvent& event : events) ids.push_back(event.id);
  return each_once(std::move(ids));
}

bool has_item(std::span<const ItemRecord> ascending, ItemId id) {
  return std::ranges::binary_search(ascending, id, {}, &ItemRecord::id);
}

void require_sidecar_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (!name.empty() && std::ranges::all_of(name, fits)) return;
  throw Error(ErrorCode::kUsage, "'" + printable(name) +
                                     "' can't name a file beside a gallery: it is made of letters "
                                     "and digits");
}

std::vector<ItemId> each_once(std::vector<ItemId> ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void require_single_owner(const ItemChange& change, std::size_t items) {
  if (!change.key || change.key->empty() || items <= 1) return;
  throw Error(ErrorCode::kUsage, "the key '" + printable(*change.key) + "' can't be given to " +
                                     std::to_string(items) + " items");
}

void fail_taken_key(std::string_view key, ItemId owner) {
  throw Error(ErrorCode::kUsage, "the key '" + printable(key) + "' belongs to item " +
                                     std::to_string(to_number(owner)) + " already");
}

}  // namespace simdb
