#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/item_update.h"
#include "simdb/gallery.h"

namespace simdb {

/// What an add does with each of its items, as Gallery::add says.
struct AdditionPlan {
  std::vector<AddedItem> added;      ///< one per item; the new ones get their ids later
  std::vector<std::size_t> first;    ///< the item of the same call that is the same, or itself
  std::vector<std::size_t> fresh;    ///< items to store
  std::vector<ItemRecord> replaced;  ///< stored items whose keys new ones take over
  std::vector<ItemUpdate> updates;
};

/// An image file among the items of a class.
struct ImageOfClass {
  Sha256 digest{};
  std::string_view class_name;
};

/// What a plan reads of an engine: one state of it, which stays until the plan has been carried
/// out.
class StoredItems {
 public:
  virtual ~StoredItems() = default;
  /// The items with these keys, an entry for each.
  virtual std::vector<std::optional<ItemRecord>> with_keys(
      std::span<const std::string_view> keys) const = 0;
  /// Items with any of these digests, those of one digest in ascending order of id: at least all
  /// that are of the class beside it.
  virtual std::vector<ItemRecord> with_images(std::span<const ImageOfClass> images) const = 0;
};

/// Throws Error(kUsage) unless there is an embedding of `dimension` per item, and each image that
/// comes with an item is the one of its digest.
void require_addable(std::span<const NewItem> items, const EmbeddingBatch& embeddings,
                     std::size_t dimension);
/// Throws Error(kUsage) if two items have the same key.
AdditionPlan plan_addition(const StoredItems& stored, std::span<const NewItem> items);
/// What became of each item, once those of `plan.fresh` have been stored under `ids`.
std::vector<AddedItem> added_items(AdditionPlan plan, std::span<const ItemId> ids);

}  // namespace simdb
