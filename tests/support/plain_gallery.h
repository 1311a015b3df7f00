#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/class_mean.h"
#include "core/class_name.h"
#include "core/vote.h"
#include "simdb/classifier.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "tests/support/plain_sidecars.h"

namespace simdb::test {

/// The port in its plainest form: a map in memory, searches compare with every item. What engines
/// must answer.
class PlainGallery : public PlainSidecars {
 public:
  explicit PlainGallery(std::size_t dimension, std::vector<std::byte> model = {},
                        std::string space = {})
      : dimension_(dimension),
        model_(std::move(model)),
        fingerprint_(to_hex(sha256(model_))),
        space_(std::move(space)) {}

  std::vector<AddedItem> add(std::span<const NewItem> items,
                             const EmbeddingBatch& embeddings) override {
    if (embeddings.rows() != items.size() || embeddings.dimension() != dimension_) {
      throw Error(ErrorCode::kUsage, "sizes or dimensions differ");
    }
    for (const NewItem& item : items) {
      require_class_name(item.info.class_name);
      if (!item.image.empty() && sha256(item.image) != item.info.digest) {
        throw Error(ErrorCode::kUsage, "the image of another digest");
      }
    }
    const Lock lock(mutex_);
    std::set<std::string> keys;
    for (const NewItem& item : items) {
      require_metadata(item.info.metadata);
      if (!item.info.key.empty() && !keys.insert(item.info.key).second) {
        throw Error(ErrorCode::kUsage, "two items with one key");
      }
    }
    std::vector<AddedItem> added(items.size());
    std::map<std::pair<Sha256, std::string>, std::size_t> seen;
    std::vector<std::size_t> first(items.size());
    std::set<ItemId> touched;
    std::set<std::size_t> fresh;
    std::map<ItemId, Item> after = items_;
    for (const bool keyed : {true, false}) {
      for (std::size_t i = 0; i < items.size(); ++i) {
        const ItemInfo& info = items[i].info;
        if (info.key.empty() == keyed) continue;
        first[i] = i;
        if (!keyed && info.digest != Sha256{}) {
          first[i] = seen.try_emplace({info.digest, info.class_name}, i).first->second;
          if (first[i] != i) continue;
        }
        const auto same = same_as(info, touched);
        if (same == items_.end()) {
          fresh.insert(i);
        } else if (info.digest == Sha256{} || same->second.record.info.digest != info.digest) {
          touched.insert(same->first);
          after.erase(same->first);
          fresh.insert(i);
        } else {
          ItemInfo& stored = after.at(same->first).record.info;
          const ItemInfo was = stored;
          stored.class_name = info.class_name;
          if (!info.source.empty()) stored.source = info.source;
          if (keyed) stored.metadata.clear();
          for (const auto& [name, value] : info.metadata) stored.metadata[name] = value;
          const bool differs = !(stored == was);
          added[i] = {same->first, false, differs};
          if (differs && !touched.insert(same->first).second) stored = was;
        }
      }
    }
    for (const std::size_t i : fresh) {
      const ItemId id{next_id_++};
      after.emplace(id, Item{{id, 1, items[i].info, 1}, embeddings.at(i), items[i].thumbnail});
      added[i] = {id};
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (first[i] != i) added[i] = {added[first[i]].id, false};
    }
    bool keeps_more = false;
    for (const NewItem& item : items) {
      if (item.image.empty()) continue;
      keeps_more |= images_.emplace(item.info.digest, item.image).second;
    }
    commit(std::move(after), keeps_more);
    return added;
  }
  std::size_t remove(std::span<const ItemId> ids) override {
    const Lock lock(mutex_);
    std::map<ItemId, Item> after = items_;
    std::size_t removed = 0;
    for (const ItemId id : ids) removed += after.erase(id);
    commit(std::move(after));
    return removed;
  }
  std::size_t remove_class(std::string_view class_name) override {
    return remove(items_of(class_name));
  }
  std::size_t update(std::span<const ItemId> ids, const ItemChange& change) override {
    const Lock lock(mutex_);
    const std::set<ItemId> each(ids.begin(), ids.end());
    if (change.key && !change.key->empty()) {
      const auto owner = find_key(*change.key);
      if (each.size() > 1 || (owner && !each.contains(*owner))) {
        throw Error(ErrorCode::kUsage, "the key can't be given");
      }
    }
    std::map<ItemId, Item> after = items_;
    std::size_t found = 0;
    for (const ItemId id : each) {
      const auto item = after.find(id);
      if (item == after.end()) continue;
      ++found;
      apply(change, item->second.record.info);
      require_class_name(item->second.record.info.class_name);
      require_metadata(item->second.record.info.metadata);
    }
    commit(std::move(after));
    return found;
  }
  std::size_t rename_class(std::string_view from, std::string_view to) override {
    return update(items_of(from), {.class_name = std::string(to)});
  }
  void set_setting(std::string_view name, std::string_view value) override {
    const Lock lock(mutex_);
    if (setting(name) == value) return;
    settings_[std::string(name)] = value;
    if (value.empty()) settings_.erase(std::string(name));
    history_.emplace_back();
  }
  std::map<std::string, std::string> settings() const override {
    const Lock lock(mutex_);
    return settings_;
  }
  ItemId next_id() const override { return ItemId{next_id_.load()}; }
  std::string setting(std::string_view name) const override {
    const Lock lock(mutex_);
    const auto found = settings_.find(std::string(name));
    return found != settings_.end() ? found->second : "";
  }
  std::optional<ItemId> find_key(std::string_view key) const override {
    for (const auto& [id, item] : copy()) {
      if (!key.empty() && item.record.info.key == key) return id;
    }
    return std::nullopt;
  }
  std::vector<ItemId> find_digest(const Sha256& digest) const override {
    std::vector<ItemId> ids;
    for (const auto& [id, item] : copy()) {
      if (digest != Sha256{} && item.record.info.digest == digest) ids.push_back(id);
    }
    return ids;
  }
  std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const override {
    const Lock lock(mutex_);
    std::vector<std::optional<ItemRecord>> records;
    for (const ItemId id : ids) {
      const auto found = items_.find(id);
      records.push_back(found == items_.end() ? std::nullopt : std::optional(found->second.record));
    }
    return records;
  }
  std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const override {
    const Lock lock(mutex_);
    std::vector<std::optional<Embedding>> embeddings;
    for (const ItemId id : ids) {
      const auto found = items_.find(id);
      embeddings.push_back(found == items_.end() ? std::nullopt
                                                 : std::optional(found->second.embedding));
    }
    return embeddings;
  }
  std::vector<std::byte> thumbnail(ItemId id) const override {
    const Lock lock(mutex_);
    return items_.contains(id) ? items_.at(id).thumbnail : std::vector<std::byte>();
  }
  std::vector<std::byte> image(const Sha256& digest) const override {
    const Lock lock(mutex_);
    return images_.contains(digest) ? images_.at(digest) : std::vector<std::byte>();
  }
  std::uint64_t image_size(const Sha256& digest) const override { return image(digest).size(); }
  KeptImages kept_images() const override {
    const Lock lock(mutex_);
    KeptImages kept{images_.size(), 0};
    for (const auto& [digest, bytes] : images_) kept.bytes += bytes.size();
    return kept;
  }
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const SearchFilter& filter = {}) const override {
    if (k == 0) throw Error(ErrorCode::kUsage, "k is 0");
    std::vector<Neighbor> found = range_search(query, -2, filter);
    found.resize(std::min(k, found.size()));
    return found;
  }
  std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                                  const SearchFilter& filter = {}) const override {
    std::vector<std::vector<Neighbor>> found;
    for (std::size_t i = 0; i < queries.rows(); ++i) {
      found.push_back(search(queries.row(i), k, filter));
    }
    return found;
  }
  std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                     const SearchFilter& filter = {}) const override {
    if (query.size() != dimension_) throw Error(ErrorCode::kUsage, "another dimension");
    const Lock lock(mutex_);
    std::vector<Neighbor> found;
    for (const ItemRecord& record : items_after(ItemId{}, SIZE_MAX, filter)) {
      const Neighbor hit{record.id, similarity(query, embedding(record.id)->values())};
      if (hit.similarity >= min_similarity) found.push_back(hit);
    }
    std::sort(found.begin(), found.end(), ranks_before);
    return found;
  }
  std::vector<LabeledNeighbor> look_up(std::span<const float> query,
                                       const Lookup& lookup) const override {
    const Lock lock(mutex_);
    std::vector<LabeledNeighbor> hits;
    for (const Neighbor& hit : lookup.within ? range_search(query, *lookup.within, lookup.filter)
                                             : search(query, lookup.k, lookup.filter)) {
      const ItemRecord record = *get(hit.id);
      hits.push_back({hit.id, hit.similarity, record.info.class_name, record.info.source});
    }
    describe_classes(query, hits, [&](std::string_view name, bool with_mean) {
      ClassSummary summary{class_size(name), nullptr};
      if (!with_mean || !mean_is_heard(0, summary.items)) return summary;
      ClassMean mean(dimension_);
      for (const ItemId id : items_of(name)) mean.add(embedding(id)->values());
      if (auto direction = mean.direction()) {
        summary.mean = std::make_shared<const Embedding>(*direction);
      }
      return summary;
    });
    return hits;
  }
  std::vector<std::vector<LabeledNeighbor>> look_up_batch(const EmbeddingBatch& queries,
                                                          const Lookup& lookup) const override {
    std::vector<std::vector<LabeledNeighbor>> hits;
    for (std::size_t i = 0; i < queries.rows(); ++i) {
      hits.push_back(look_up(queries.row(i), lookup));
    }
    return hits;
  }
  std::vector<ClassCount> classes() const override {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [id, item] : copy()) ++counts[item.record.info.class_name];
    std::vector<ClassCount> classes;
    for (const auto& [name, count] : counts) classes.push_back({name, count});
    return classes;
  }
  std::uint64_t class_size(std::string_view class_name) const override {
    return items_of(class_name).size();
  }
  std::vector<ItemId> items_of(std::string_view class_name) const override {
    std::vector<ItemId> ids;
    for (const auto& [id, item] : copy()) {
      if (item.record.info.class_name == class_name) ids.push_back(id);
    }
    return ids;
  }
  std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                      const SearchFilter& filter = {}) const override {
    std::vector<ItemRecord> page;
    const std::vector<std::string>& names = filter.class_names;
    for (const auto& [id, item] : copy()) {
      if (id <= after || page.size() == limit || !filter.ids.contains(id)) continue;
      if (!passes(item.record.info.metadata, filter.where)) continue;
      if (names.empty() ||
          std::find(names.begin(), names.end(), item.record.info.class_name) != names.end()) {
        page.push_back(item.record);
      }
    }
    return page;
  }
  void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const override {
    for (const auto& [id, item] : copy()) {
      if (!visit(item.record)) return;
    }
  }
  void for_each_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const override {
    for (const auto& [id, item] : copy()) {
      if (!visit(id, item.embedding.values())) return;
    }
  }
  GalleryStats stats() const override {
    return {copy().size(), classes().size(), dimension_, fingerprint_, 0, space_};
  }
  std::size_t dimension() const noexcept override { return dimension_; }
  const std::string& encoder_fingerprint() const noexcept override { return fingerprint_; }
  std::vector<std::byte> encoder_model() const override { return model_; }
  const std::string& space() const noexcept override { return space_; }
  std::uint64_t changes() const override {
    const Lock lock(mutex_);
    return history_.size();
  }
  std::optional<ItemHistory> changes_since(std::uint64_t change,
                                           std::size_t limit = SIZE_MAX) const override {
    const Lock lock(mutex_);
    if (change > history_.size()) return std::nullopt;
    ItemHistory found{{}, change};
    while (found.through < history_.size() &&
           (found.events.empty() || found.events.size() < limit)) {
      const auto& events = history_[found.through++];
      found.events.insert(found.events.end(), events.begin(), events.end());
    }
    return found;
  }
  std::optional<std::uint64_t> change_mark(std::uint64_t change) const override {
    if (change > changes()) return std::nullopt;
    return change == 0 ? 0 : 1;
  }
  bool refresh() override { return false; }
  std::vector<std::string> verify() const override { return {}; }
  std::vector<std::string> verify_searches() const override { return {}; }

 private:
  using Lock = std::lock_guard<std::recursive_mutex>;
  struct Item {
    ItemRecord record;
    Embedding embedding;
    std::vector<std::byte> thumbnail;
  };
  static void apply(const ItemChange& change, ItemInfo& info) {
    info.class_name = change.class_name.value_or(info.class_name);
    info.source = change.source.value_or(info.source);
    info.key = change.key.value_or(info.key);
    for (const std::string& name : change.unset) info.metadata.erase(name);
    for (const auto& [name, value] : change.set) info.metadata[name] = value;
  }
  // The stored item that `info` is, as Gallery::add says.
  std::map<ItemId, Item>::iterator same_as(const ItemInfo& info, const std::set<ItemId>& touched) {
    return std::find_if(items_.begin(), items_.end(), [&](const auto& entry) {
      const ItemInfo& stored = entry.second.record.info;
      if (!info.key.empty()) return stored.key == info.key;
      return info.digest != Sha256{} && stored.digest == info.digest &&
             stored.class_name == info.class_name && !touched.contains(entry.first);
    });
  }

  // One change, unless nothing is different.
  void commit(std::map<ItemId, Item> after, bool keeps_more = false) {
    std::vector<ItemEvent> events;
    const auto note = [&](ChangeKind kind, ItemId id) {
      events.push_back({history_.size() + 1, kind, id});
    };
    for (const auto& [id, item] : items_) {
      if (!after.contains(id)) note(ChangeKind::kRemoved, id);
    }
    for (const auto& [id, item] : items_) {
      const auto kept = after.find(id);
      if (kept != after.end() && !(kept->second.record.info == item.record.info)) {
        note(ChangeKind::kUpdated, id);
      }
    }
    for (const auto& [id, item] : after) {
      if (!items_.contains(id)) note(ChangeKind::kAdded, id);
    }
    if (!events.empty() || keeps_more) history_.push_back(std::move(events));
    items_ = std::move(after);
    std::erase_if(images_, [&](const auto& image) {
      return std::ranges::none_of(items_, [&](const auto& entry) {
        return entry.second.record.info.digest == image.first;
      });
    });
  }

  std::map<ItemId, Item> copy() const {
    const Lock lock(mutex_);
    return items_;
  }

  const std::size_t dimension_;
  const std::vector<std::byte> model_;
  const std::string fingerprint_;
  const std::string space_;
  mutable std::recursive_mutex mutex_;  // guards what follows; held for a whole call
  std::map<ItemId, Item> items_;
  std::atomic<std::uint64_t> next_id_ = 1;
  std::map<std::string, std::string> settings_;
  std::map<Sha256, std::vector<std::byte>> images_;
  std::vector<std::vector<ItemEvent>> history_;  // of change i + 1
};

}  // namespace simdb::test
