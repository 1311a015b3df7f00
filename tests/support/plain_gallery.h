#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/class_mean.h"
#include "core/class_name.h"
#include "core/vote.h"
#include "simdb/classifier.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/gallery.h"

namespace simdb::test {

/// The port in its plainest form: a map in memory, every search compares with every item. What an
/// engine must answer, and an engine without files.
class PlainGallery final : public Gallery {
 public:
  explicit PlainGallery(std::size_t dimension, std::vector<std::byte> model = {})
      : dimension_(dimension), model_(std::move(model)), fingerprint_(to_hex(sha256(model_))) {}

  std::vector<AddedItem> add(std::span<const NewItem> items,
                             const EmbeddingBatch& embeddings) override {
    if (embeddings.rows() != items.size() || embeddings.dimension() != dimension_) {
      throw Error(ErrorCode::kUsage, "sizes or dimensions differ");
    }
    for (const NewItem& item : items) require_class_name(item.info.class_name);
    const Lock lock(mutex_);
    std::vector<AddedItem> added;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto same = std::find_if(items_.begin(), items_.end(), [&](const auto& entry) {
        const ItemInfo& info = entry.second.record.info;
        return !info.source.empty() && info.source == items[i].info.source &&
               info.digest == items[i].info.digest && info.class_name == items[i].info.class_name;
      });
      if (same != items_.end()) {
        added.push_back({same->first, false});
        continue;
      }
      const ItemId id{next_id_++};
      items_.emplace(id, Item{{id, 1, items[i].info}, embeddings.at(i), items[i].thumbnail});
      added.push_back({id, true});
    }
    changes_ += std::any_of(added.begin(), added.end(), [](auto& a) { return a.is_new; }) ? 1 : 0;
    return added;
  }
  std::size_t remove(std::span<const ItemId> ids) override {
    const Lock lock(mutex_);
    std::size_t removed = 0;
    for (const ItemId id : ids) removed += items_.erase(id);
    changes_ += removed > 0 ? 1 : 0;
    return removed;
  }
  std::size_t remove_class(std::string_view class_name) override {
    return remove(items_of(class_name));
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
  std::optional<Embedding> embedding(ItemId id) const override {
    const Lock lock(mutex_);
    const auto found = items_.find(id);
    return found == items_.end() ? std::nullopt : std::optional(found->second.embedding);
  }
  std::vector<std::byte> thumbnail(ItemId id) const override {
    const Lock lock(mutex_);
    const auto found = items_.find(id);
    return found == items_.end() ? std::vector<std::byte>() : found->second.thumbnail;
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
    return {copy().size(), classes().size(), dimension_, fingerprint_, 0};
  }
  std::size_t dimension() const noexcept override { return dimension_; }
  const std::string& encoder_fingerprint() const noexcept override { return fingerprint_; }
  std::vector<std::byte> encoder_model() const override { return model_; }
  std::uint64_t changes() const override {
    const Lock lock(mutex_);
    return changes_;
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
  std::map<ItemId, Item> copy() const {
    const Lock lock(mutex_);
    return items_;
  }

  const std::size_t dimension_;
  const std::vector<std::byte> model_;
  const std::string fingerprint_;
  mutable std::recursive_mutex mutex_;  // guards what follows; held for a whole call
  std::map<ItemId, Item> items_;
  std::uint64_t next_id_ = 1;
  std::uint64_t changes_ = 0;
};

}  // namespace simdb::test
