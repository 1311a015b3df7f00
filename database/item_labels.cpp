#include <optional>
#include <utility>

#include "database/item_labels_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// What a map's entry takes beside the texts in it.
constexpr std::size_t kEntryBytes = 128;

}  // namespace

std::size_t ItemLabels::bytes_of(const Label& label) noexcept {
  return kEntryBytes + label.class_name.size() + label.source.size();
}

std::vector<LabeledNeighbor> ItemLabels::of(const Store& store,
                                            std::span<const Neighbor> neighbors) {
  std::vector<LabeledNeighbor> hits;
  hits.reserve(neighbors.size());
  std::vector<ItemId> unknown;
  std::vector<std::size_t> places;  // of the unknown among the hits
  std::uint64_t changes_before = 0;
  {
    const std::lock_guard lock(mutex_);
    for (const Neighbor& neighbor : neighbors) {
      const Label* label = find(neighbor.id);
      if (label == nullptr) {
        unknown.push_back(neighbor.id);
        places.push_back(hits.size());
        hits.push_back({neighbor.id, neighbor.similarity, {}, {}});
      } else {
        hits.push_back({neighbor.id, neighbor.similarity, label->class_name, label->source});
      }
    }
    changes_before = changes_;
  }
  if (unknown.empty()) return hits;

  std::vector<std::optional<ItemRecord>> records = store.get_many(unknown);
  bool some_are_gone = false;
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (const auto& record = records[i]) {
      hits[places[i]].class_name = record->info.class_name;
      hits[places[i]].source = record->info.source;
    } else if (store.embedding(unknown[i])) {
      throw Error(ErrorCode::kCorruption,
                  "item " + std::to_string(to_number(unknown[i])) +
                      " has an embedding but no record; restore the database from a copy");
    } else {
      some_are_gone = true;
    }
  }
  if (some_are_gone) {  // no class has an empty name
    std::erase_if(hits, [](const LabeledNeighbor& hit) { return hit.class_name.empty(); });
  }
  const std::lock_guard lock(mutex_);
  if (changes_ != changes_before) return hits;  // good for this call, maybe not for the next
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (auto& record = records[i]) {
      keep(unknown[i], {std::move(record->info.class_name), std::move(record->info.source)});
    }
  }
  return hits;
}

const ItemLabels::Label* ItemLabels::find(ItemId id) {
  if (const auto found = young_.find(id); found != young_.end()) return &found->second;
  const auto found = old_.find(id);
  if (found == old_.end()) return nullptr;
  Label label = std::move(found->second);
  old_.erase(found);
  keep(id, std::move(label));
  return &young_.at(id);
}

void ItemLabels::keep(ItemId id, Label&& label) {
  const std::size_t bytes = bytes_of(label);
  if (young_bytes_ + bytes > max_bytes_ / 2) {
    old_ = std::exchange(young_, {});
    young_bytes_ = 0;
  }
  if (young_.try_emplace(id, std::move(label)).second) young_bytes_ += bytes;
}

void ItemLabels::forget(std::span<const ItemId> ids) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  for (const ItemId id : ids) {
    old_.erase(id);
    const auto found = young_.find(id);
    if (found == young_.end()) continue;
    young_bytes_ -= bytes_of(found->second);
    young_.erase(found);
  }
}

}  // namespace simdb
