#include "database/addition_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb {
namespace {

bool is_known(const Sha256& digest) { return digest != Sha256{}; }

// How `stored` becomes what `info` says; nothing if it is that already.
std::optional<ItemChange> change_to(const ItemInfo& info, const ItemInfo& stored) {
  ItemChange change{.class_name = info.class_name, .set = info.metadata};
  if (!info.source.empty()) change.source = info.source;
  if (!info.key.empty()) {  // nothing of the old metadata stays
    for (const auto& field : stored.metadata) change.unset.push_back(field.first);
  }
  return changed(stored, change) == stored ? std::nullopt : std::optional(std::move(change));
}

class Planner {
 public:
  Planner(const StoredItems& stored, std::span<const NewItem> items)
      : reader_(stored), items_(items) {
    plan_.added.resize(items.size());
    plan_.first.resize(items.size());
  }

  AdditionPlan make() {
    // An item with a key is told by its key alone. So the others come later: an image that goes
    // away with its key is not there any more.
    for (std::size_t i = 0; i < items_.size(); ++i) plan_.first[i] = i;
    add_with_keys();
    find_images();
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].info.key.empty()) add_without_key(i);
    }
    std::sort(plan_.fresh.begin(), plan_.fresh.end());
    return std::move(plan_);
  }

 private:
  void add_with_keys() {
    std::vector<std::size_t> keyed;
    std::vector<std::string_view> keys;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const std::string& key = items_[i].info.key;
      if (key.empty()) continue;
      if (!keys_.insert(key).second) {
        throw Error(ErrorCode::kUsage, "two images are to have the key '" + printable(key) +
                                           "'; add the one that is meant");
      }
      keyed.push_back(i);
      keys.push_back(key);
    }
    if (keys.empty()) return;
    const auto owners = reader_.with_keys(keys);
    for (std::size_t n = 0; n < keyed.size(); ++n) add_with_key(keyed[n], owners[n]);
  }

  void add_with_key(std::size_t i, const std::optional<ItemRecord>& stored) {
    const ItemInfo& info = items_[i].info;
    if (stored && is_known(info.digest) && stored->info.digest == info.digest) {
      take_over(i, *stored);
      return;
    }
    if (stored && touched_.insert(stored->id).second) plan_.replaced.push_back(*stored);
    plan_.fresh.push_back(i);
  }

  void add_without_key(std::size_t i) {
    const ItemInfo& info = items_[i].info;
    if (is_known(info.digest)) {
      plan_.first[i] = seen_.try_emplace({info.digest, info.class_name}, i).first->second;
      if (plan_.first[i] != i) return;
      if (const auto stored = same_image(info)) {
        take_over(i, *stored);
        return;
      }
    }
    plan_.fresh.push_back(i);
  }

  void take_over(std::size_t i, const ItemRecord& stored) {
    auto change = change_to(items_[i].info, stored.info);
    plan_.added[i] = {stored.id, false, change.has_value()};
    if (!change || !touched_.insert(stored.id).second) return;
    plan_.updates.push_back({stored, *std::move(change)});
  }

  void find_images() {
    std::vector<ImageOfClass> images;
    for (const NewItem& item : items_) {
      const ItemInfo& info = item.info;
      if (info.key.empty() && is_known(info.digest))
        images.push_back({info.digest, info.class_name});
    }
    if (images.empty()) return;
    for (const ItemRecord& record : reader_.with_images(images)) {
      if (touched_.contains(record.id)) continue;
      stored_.try_emplace({record.info.digest, record.info.class_name}, record);
    }
  }

  std::optional<ItemRecord> same_image(const ItemInfo& info) const {
    const auto same = stored_.find({info.digest, info.class_name});
    return same == stored_.end() ? std::nullopt : std::optional(same->second);
  }

  const StoredItems& reader_;
  const std::span<const NewItem> items_;
  AdditionPlan plan_;
  std::set<std::string_view> keys_;
  std::set<ItemId> touched_;
  using Image = std::pair<Sha256, std::string>;  // digest and class
  std::map<Image, std::size_t> seen_;            // -> first item
  std::map<Image, ItemRecord> stored_;
};

}  // namespace

void require_addable(std::span<const NewItem> items, const EmbeddingBatch& embeddings,
                     std::size_t dimension) {
  if (embeddings.rows() != items.size() || embeddings.dimension() != dimension) {
    throw Error(ErrorCode::kUsage, "can't add " + std::to_string(items.size()) + " items with " +
                                       std::to_string(embeddings.rows()) +
                                       " embeddings of dimension " +
                                       std::to_string(embeddings.dimension()) +
                                       " to a gallery of dimension " + std::to_string(dimension));
  }
  for (const NewItem& item : items) {
    if (item.image.empty() || sha256(item.image) == item.info.digest) continue;
    throw Error(ErrorCode::kUsage, "can't keep the image of an item of class '" +
                                       printable(item.info.class_name) +
                                       "': its SHA-256 is not the digest of the item");
  }
}

AdditionPlan plan_addition(const StoredItems& stored, std::span<const NewItem> items) {
  return Planner(stored, items).make();
}

std::vector<AddedItem> added_items(AdditionPlan plan, std::span<const ItemId> ids) {
  std::vector<AddedItem>& added = plan.added;
  for (std::size_t i = 0; i < ids.size(); ++i) added[plan.fresh[i]] = {ids[i]};
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (plan.first[i] != i) added[i] = {added[plan.first[i]].id, false};
  }
  return std::move(added);
}

}  // namespace simdb
