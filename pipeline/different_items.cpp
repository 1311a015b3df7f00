#include "pipeline/different_items.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <span>
#include <utility>

#include "core/random_order.h"

namespace simdb {
namespace {

constexpr std::uint64_t kSeed = 1;

}  // namespace

std::vector<std::size_t> DifferentItems::draw(std::size_t most) const {
  std::vector<std::size_t> sizes(class_names.size());
  for (const int label : labels) ++sizes[static_cast<std::size_t>(label)];
  std::vector<std::size_t> drawn;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (sizes[static_cast<std::size_t>(labels[row])] > 1) drawn.push_back(row);
  }
  std::mt19937_64 random(kSeed);
  draw_to_front(std::span(drawn), most, random);
  drawn.resize(std::min(most, drawn.size()));
  return drawn;
}

DifferentItems different_items(const Gallery& gallery, const std::function<void()>& check) {
  struct Item {
    int label = 0;
    Sha256 digest{};
  };
  DifferentItems found(gallery.dimension());
  std::map<ItemId, Item> items;
  std::map<std::string, int> labels;
  gallery.for_each_item([&](const ItemRecord& record) {
    check();
    const int next = static_cast<int>(labels.size());
    const auto [label, is_new] = labels.try_emplace(record.info.class_name, next);
    if (is_new) found.class_names.push_back(record.info.class_name);
    items.emplace_hint(items.end(), record.id, Item{label->second, record.info.digest});
    return true;
  });
  found.all = items.size();
  std::set<std::pair<int, Sha256>> files;
  std::set<std::pair<int, Sha256>> vectors;
  gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
    check();
    const auto item = items.find(id);
    if (item == items.end()) return true;
    const auto& [label, digest] = item->second;
    const bool is_copy = (digest != Sha256{} && !files.emplace(label, digest).second) ||
                         !vectors.emplace(label, sha256(std::as_bytes(values))).second;
    if (is_copy) return true;
    found.embeddings.append_unit(values);
    found.ids.push_back(id);
    found.labels.push_back(label);
    return true;
  });
  return found;
}

}  // namespace simdb
