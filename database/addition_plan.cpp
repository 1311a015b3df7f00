#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/printable.h"
#include "database/addition_plan_internal.h"
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
  Planner(const Store& store, std::span<const NewItem> items) : store_(store), items_(items) {
    plan_.added.resize(items.size());
    plan_.first.resize(items.size());
  }

  AdditionPlan make() {
    // An item with a key is told by its key alone. So the others come later: an image that goes
    // away with its key is not there any more.
    for (std::size_t i = 0; i < items_.size(); ++i) {
      plan_.first[i] = i;
      if (!items_[i].info.key.empty()) add_with_key(i);
    }
    find_images();
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].info.key.empty()) add_without_key(i);
    }
    std::sort(plan_.fresh.begin(), plan_.fresh.end());
    return std::move(plan_);
  }

 private:
  void add_with_key(std::size_t i) {
    const ItemInfo& info = items_[i].info;
    if (!keys_.insert(info.key).second) {
      throw Error(ErrorCode::kUsage, "two images are to have the key '" + printable(info.key) +
                                         "'; add the one that is meant");
    }
    const auto id = store_.find_key(info.key);
    const auto stored = id ? store_.get(*id) : std::nullopt;
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

  // Thousands may have the same file: they are read once per call, and not for a class that is new.
  void find_images() {
    std::map<std::string_view, bool> has_items;
    std::vector<Sha256> digests;
    for (const NewItem& item : items_) {
      const ItemInfo& info = item.info;
      if (!info.key.empty() || !is_known(info.digest)) continue;
      const auto [known, is_first] = has_items.try_emplace(info.class_name);
      if (is_first) known->second = store_.class_size(info.class_name) > 0;
      if (known->second) digests.push_back(info.digest);
    }
    std::sort(digests.begin(), digests.end());
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
    for (const std::vector<ItemId>& ids : store_.find_digests(digests)) {
      for (const auto& record : store_.get_many(ids)) {
        if (!record || touched_.contains(record->id)) continue;
        stored_.try_emplace({record->info.digest, record->info.class_name}, *record);
      }
    }
  }

  std::optional<ItemRecord> same_image(const ItemInfo& info) const {
    const auto same = stored_.find({info.digest, info.class_name});
    return same == stored_.end() ? std::nullopt : std::optional(same->second);
  }

  const Store& store_;
  const std::span<const NewItem> items_;
  AdditionPlan plan_;
  std::set<std::string_view> keys_;
  std::set<ItemId> touched_;
  using Image = std::pair<Sha256, std::string>;  // digest and class
  std::map<Image, std::size_t> seen_;            // -> first item
  std::map<Image, ItemRecord> stored_;
};

}  // namespace

AdditionPlan plan_addition(const Store& store, std::span<const NewItem> items) {
  return Planner(store, items).make();
}

}  // namespace simdb
