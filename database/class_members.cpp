#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "core/class_mean.h"
#include "core/vote.h"
#include "database/class_members_internal.h"

namespace simdb {
namespace {

std::size_t ids_in(const IdFilter& members) { return members.ids().size(); }

std::size_t one(std::uint64_t /*size*/) { return 1; }

// Whether they share one list, which is never changed.
bool same_list(const IdFilter& a, const IdFilter& b) {
  return a.ids().data() == b.ids().data() && a.ids().size() == b.ids().size();
}

ClassSummary read_summary(const Store& store, std::string_view class_name) {
  ClassSummary summary{store.class_size(class_name), nullptr};
  if (!mean_is_heard(0, summary.items)) return summary;
  const std::vector<ItemId> ids = store.items_of(class_name);
  ClassMean mean(store.dimension());
  for (const ItemId id : ids) {
    // Without one it has been removed meanwhile.
    if (const auto embedding = store.embedding(id)) mean.add(embedding->values());
  }
  if (auto direction = mean.direction()) {
    summary.mean = std::make_shared<const Embedding>(std::move(*direction));
  }
  return summary;
}

}  // namespace

IdFilter ClassMembers::passing(const Store& store, const SearchFilter& filter) {
  if (filter.class_names.empty()) return filter.ids;
  return intersection(filter.class_names.size() == 1 ? members_of(store, filter.class_names.front())
                                                     : members_of_any(store, filter.class_names),
                      filter.ids);
}

IdFilter ClassMembers::members_of(const Store& store, std::string_view class_name) {
  return members_.get(class_name, [&] { return IdFilter(store.items_of(class_name)); }, ids_in);
}

IdFilter ClassMembers::members_of_any(const Store& store,
                                      std::span<const std::string> class_names) {
  std::vector<IdFilter> parts;
  for (const std::string& name : class_names) parts.push_back(members_of(store, name));
  const std::lock_guard lock(union_mutex_);
  if (!std::equal(parts.begin(), parts.end(), united_.begin(), united_.end(), same_list)) {
    std::vector<ItemId> ids;
    for (const IdFilter& part : parts) {
      ids.insert(ids.end(), part.ids().begin(), part.ids().end());
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    union_ = IdFilter(std::move(ids));
    united_ = std::move(parts);
  }
  return union_;
}

std::uint64_t ClassMembers::size_of(const Store& store, std::string_view class_name) {
  return sizes_.get(class_name, [&] { return store.class_size(class_name); }, one);
}

ClassSummary ClassMembers::summary_of(const Store& store, std::string_view class_name) {
  return summaries_.get(
      class_name, [&] { return read_summary(store, class_name); },
      [&](const ClassSummary&) { return dimension_; });
}

void ClassMembers::forget(std::span<const std::string> class_names) {
  members_.forget(class_names, ids_in);
  summaries_.forget(class_names, [&](const ClassSummary&) { return dimension_; });
  sizes_.forget(class_names, one);
}

}  // namespace simdb
