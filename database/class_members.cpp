#include <memory>
#include <optional>
#include <vector>

#include "core/class_mean.h"
#include "core/vote.h"
#include "database/class_members_internal.h"

namespace simdb {
namespace {

std::size_t ids_in(const IdFilter& members) { return members.ids().size(); }

}  // namespace

IdFilter ClassMembers::of(std::string_view class_name) {
  return members_.get(class_name, [&] { return IdFilter(store_.items_of(class_name)); }, ids_in);
}

ClassSummary ClassMembers::summary_of(std::string_view class_name) {
  return summaries_.get(
      class_name, [&] { return read_summary(class_name); },
      [&](const ClassSummary&) { return store_.dimension(); });
}

ClassSummary ClassMembers::read_summary(std::string_view class_name) const {
  ClassSummary summary{store_.class_size(class_name), nullptr};
  if (!mean_is_heard(0, summary.items)) return summary;
  const std::vector<ItemId> ids = store_.items_of(class_name);
  ClassMean mean(store_.dimension());
  for (const ItemId id : ids) {
    // Without one it has been removed meanwhile.
    if (const auto embedding = store_.embedding(id)) mean.add(embedding->values());
  }
  if (auto direction = mean.direction()) {
    summary.mean = std::make_shared<const Embedding>(std::move(*direction));
  }
  return summary;
}

void ClassMembers::forget(std::span<const std::string> class_names) {
  members_.forget(class_names, ids_in);
  summaries_.forget(class_names, [&](const ClassSummary&) { return store_.dimension(); });
}

}  // namespace simdb
