#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/class_mean.h"
#include "core/item_update.h"
#include "core/vote.h"
#include "database/class_members_internal.h"

namespace simdb {
namespace {

std::size_t ids_in(const IdFilter& members) { return members.ids().size(); }

constexpr auto one = [](const auto&) { return std::size_t{1}; };

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

void StaleItems::note(ItemId id, const ItemInfo& info) {
  ids.push_back(id);
  class_names.insert(info.class_name);
  for (const auto& [name, value] : info.metadata) note_field(name, value);
}

void StaleItems::note(ItemId id, const ItemInfo& before, const ItemInfo& after) {
  ids.push_back(id);
  if (before.class_name != after.class_name) {
    class_names.insert({before.class_name, after.class_name});
  }
  for (const auto& [some, other] : {std::pair{&before, &after}, std::pair{&after, &before}}) {
    for (const auto& [name, value] : some->metadata) {
      const auto same = other->metadata.find(name);
      if (same == other->metadata.end() || same->second != value) note_field(name, value);
    }
  }
}

void StaleItems::note_field(const std::string& name, const MetadataValue& value) {
  values.insert(ClassMembers::field_name(name, value));
  fields.insert(name);
}

struct ClassMembers::Ranges {
  std::mutex mutex;  // guards what follows
  std::map<std::string, IdFilter> found;
  std::size_t ids = 0;
};

// Names hold no NUL.
std::string ClassMembers::field_name(const std::string& name, const MetadataValue& value) {
  std::string text = name + '\0' + std::to_string(value.index());
  if (const auto* string = std::get_if<std::string>(&value)) return text + *string;
  if (const auto* boolean = std::get_if<bool>(&value)) return text + (*boolean ? '1' : '0');
  const double number = std::get<double>(value) + 0.0;  // -0 becomes 0
  text.append(reinterpret_cast<const char*>(&number), sizeof(number));
  return text;
}

IdFilter ClassMembers::passing(const Store& store, const SearchFilter& filter) {
  std::vector<IdFilter> parts;
  if (!filter.ids.all()) parts.push_back(filter.ids);
  if (filter.class_names.size() == 1) {
    parts.push_back(members_of(store, filter.class_names.front()));
  } else if (!filter.class_names.empty()) {
    parts.push_back(members_of_any(store, filter.class_names));
  }
  for (const MetadataCondition& condition : filter.where) {
    parts.push_back(members_of(store, condition));
  }
  if (parts.empty()) return {};
  if (parts.size() == 1) return parts.front();
  std::sort(parts.begin(), parts.end(),
            [](const IdFilter& a, const IdFilter& b) { return a.ids().size() < b.ids().size(); });
  return combined(intersection_, std::move(parts), [](const std::vector<IdFilter>& lists) {
    IdFilter result = lists.front();
    for (std::size_t i = 1; i < lists.size(); ++i) result = intersection(result, lists[i]);
    return result;
  });
}

template <typename Combine>
IdFilter ClassMembers::combined(Combined& last, std::vector<IdFilter> parts, Combine&& combine) {
  const std::lock_guard lock(last.mutex);
  if (!std::equal(parts.begin(), parts.end(), last.parts.begin(), last.parts.end(), same_list)) {
    last.result = combine(parts);
    last.parts = std::move(parts);
  }
  return last.result;
}

IdFilter ClassMembers::members_of(const Store& store, std::string_view class_name) {
  return members_.get(class_name, [&] { return IdFilter(store.items_of(class_name)); }, ids_in);
}

IdFilter ClassMembers::members_of(const Store& store, const MetadataCondition& condition) {
  const auto find = [&] { return IdFilter(store.find_metadata(condition)); };
  const std::string value = field_name(condition.name, condition.value);
  if (condition.comparison == Comparison::kEqual) return with_value_.get(value, find, ids_in);
  // Once the field has changed, nobody finds these any more: what is old in them does no harm.
  const auto ranges = ranges_.get(condition.name, [] { return std::make_shared<Ranges>(); }, one);
  const std::string name = std::to_string(static_cast<int>(condition.comparison)) + value;
  {
    const std::lock_guard lock(ranges->mutex);
    if (const auto known = ranges->found.find(name); known != ranges->found.end()) {
      return known->second;
    }
  }
  IdFilter ids = find();
  const std::size_t added = ids_in(ids) + 1;
  const std::lock_guard lock(ranges->mutex);
  if (added > kMaxIds) return ids;
  if (ranges->ids + added > kMaxIds) {
    ranges->found.clear();
    ranges->ids = 0;
  }
  if (ranges->found.emplace(name, ids).second) ranges->ids += added;
  return ids;
}

IdFilter ClassMembers::members_of_any(const Store& store,
                                      std::span<const std::string> class_names) {
  std::vector<IdFilter> parts;
  for (const std::string& name : class_names) parts.push_back(members_of(store, name));
  return combined(union_, std::move(parts), [](const std::vector<IdFilter>& lists) {
    std::vector<ItemId> ids;
    for (const IdFilter& list : lists) ids.insert(ids.end(), list.ids().begin(), list.ids().end());
    return IdFilter(each_once(std::move(ids)));
  });
}

std::uint64_t ClassMembers::size_of(const Store& store, std::string_view class_name) {
  return sizes_.get(class_name, [&] { return store.class_size(class_name); }, one);
}

ClassSummary ClassMembers::summary_of(const Store& store, std::string_view class_name) {
  return summaries_.get(
      class_name, [&] { return read_summary(store, class_name); },
      [&](const ClassSummary&) { return dimension_; });
}

void ClassMembers::forget(const StaleItems& stale) {
  members_.forget(stale.class_names, ids_in);
  summaries_.forget(stale.class_names, [&](const ClassSummary&) { return dimension_; });
  sizes_.forget(stale.class_names, one);
  with_value_.forget(stale.values, ids_in);
  ranges_.forget(stale.fields, one);
}

}  // namespace simdb
