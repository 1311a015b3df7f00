#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "simdb/gallery.h"
#include "storage/store.h"

namespace simdb {

/// What an add does with each of its items, as Gallery::add says.
struct AdditionPlan {
  std::vector<AddedItem> added;      ///< one per item; the new ones get their ids later
  std::vector<std::size_t> first;    ///< the item of the same call that is the same, or itself
  std::vector<std::size_t> fresh;    ///< items to store
  std::vector<ItemRecord> replaced;  ///< stored items whose keys new ones take over
  std::vector<ItemUpdate> updates;
};

AdditionPlan plan_addition(const Store& store, std::span<const NewItem> items);

}  // namespace simdb
