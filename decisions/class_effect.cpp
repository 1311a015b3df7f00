#include "simdb/class_effect.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/vote.h"
#include "decisions/calibration_state.h"
#include "decisions/class_rules.h"
#include "decisions/class_summary.h"
#include "index/best_similarity.h"
#include "index/vector_index.h"
#include "simdb/classifier.h"
#include "simdb/error.h"

namespace simdb {
namespace {

float median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The gallery as it would be with the pending images, which have the last of all ids.
class Neighborhood {
 public:
  Neighborhood(const Gallery& gallery, const PendingImages& pending)
      : gallery_(gallery), pending_(pending), index_(make_index(gallery.dimension())) {
    const std::size_t count = pending.embeddings.rows();
    std::vector<ItemId> ids;
    ids.reserve(count);
    for (std::size_t row = 0; row < count; ++row) {
      ids.push_back(ItemId{first_pending() + row});
      rows_of_[pending.class_names[row]].push_back(row);
    }
    if (count > 0) index_->add(ids, pending.embeddings);
  }

  const Gallery& gallery() const noexcept { return gallery_; }
  bool is_pending(ItemId id) const { return to_number(id) >= first_pending(); }

  std::vector<std::vector<LabeledNeighbor>> look_up(const EmbeddingBatch& queries,
                                                    const Lookup& lookup) const {
    auto found = gallery_.look_up_batch(queries, lookup);
    if (index_->size() == 0) return found;
    const auto pending = index_->search_batch(queries, lookup.k, 0, filter_of(lookup));
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const Neighbor& hit : pending[i]) {
        found[i].push_back({hit.id,
                            hit.similarity,
                            pending_.class_names[to_number(hit.id) - first_pending()],
                            {}});
      }
      // Those of the gallery are first where similarities are equal, as their ids are lower.
      std::ranges::stable_sort(found[i], std::greater{}, &LabeledNeighbor::similarity);
      if (found[i].size() > lookup.k) found[i].resize(lookup.k);
    }
    return found;
  }

  // All items of a class.
  ClassItems items_of(const std::string& name, const Calibration::TrainedOn& trained_on) const {
    ClassItems all = read_class(gallery_, name, {}, trained_on);
    const auto rows = rows_of_.find(name);
    if (rows == rows_of_.end()) return all;
    for (const std::size_t row : rows->second) {
      const Sha256& digest = pending_.digests[row];
      all.items.push_back({.id = ItemId{first_pending() + row}, .digest = digest});
      all.embeddings.append_unit(pending_.embeddings.row(row));
      all.trained_on.push_back(trained_on && digest != Sha256{} && trained_on(digest));
    }
    return all;
  }

  std::uint64_t size_of(const std::string& name) const {
    const auto rows = rows_of_.find(name);
    return gallery_.class_size(name) + (rows == rows_of_.end() ? 0 : rows->second.size());
  }

 private:
  std::uint64_t first_pending() const {
    return std::numeric_limits<std::uint64_t>::max() - pending_.embeddings.rows();
  }

  IdFilter filter_of(const Lookup& lookup) const {
    if (lookup.filter.class_names.empty()) return {};
    std::vector<ItemId> ids;
    for (const std::string& name : lookup.filter.class_names) {
      const auto rows = rows_of_.find(name);
      if (rows == rows_of_.end()) continue;
      for (const std::size_t row : rows->second) ids.push_back(ItemId{first_pending() + row});
    }
    std::ranges::sort(ids);
    return ids;
  }

  const Gallery& gallery_;
  const PendingImages& pending_;
  std::unique_ptr<VectorIndex> index_;
  std::unordered_map<std::string, std::vector<std::size_t>> rows_of_;
};

// One class, seen from the others.
class Effect {
 public:
  Effect(const Neighborhood& all, const EffectOptions& options, const std::string& name)
      : all_(all), options_(options), items_(all.items_of(name, options.trained_on)) {
    effect_.class_name = name;
    groups_ = group_items(items_.items, items_.embeddings);
    for (std::size_t row = 0; row < groups_.size(); ++row) {
      place_of_.emplace(to_number(items_.items[row].id), row);
      rows_of_group_[groups_[row]].push_back(row);
    }
  }

  ClassEffect run() {
    count_images();
    const std::vector<std::size_t> rows = drawn_rows();
    EmbeddingBatch queries(items_.embeddings.dimension());
    for (const std::size_t row : rows) queries.append_unit(items_.embeddings.row(row));
    if (rows.empty()) return std::move(effect_);
    find_own_similarity(queries, rows);
    const std::size_t around = std::max(kItemsAround, options_.k) + items_.items.size();
    // A few at a time: a large class has long lists.
    constexpr std::size_t kAtOnce = 16;
    for (std::size_t first = 0; first < rows.size(); first += kAtOnce) {
      options_.check();
      const std::size_t last = std::min(first + kAtOnce, rows.size());
      EmbeddingBatch some(queries.dimension());
      for (std::size_t i = first; i < last; ++i) some.append_unit(queries.row(i));
      auto found = all_.look_up(some, {.k = around});
      for (std::size_t i = first; i < last; ++i) see(rows[i], std::move(found[i - first]));
    }
    find_most_alike(queries);
    find_affected();
    return std::move(effect_);
  }

 private:
  bool is_own(const LabeledNeighbor& hit) const { return hit.class_name == effect_.class_name; }

  void count_images() {
    effect_.images = rows_of_group_.size();
    for (const auto& [group, rows] : rows_of_group_) {
      const bool is_trained_on =
          std::ranges::any_of(rows, [&](std::size_t row) { return items_.trained_on[row]; });
      effect_.calibrating += is_trained_on ? 0 : 1;
    }
    effect_.needed = least_scores(options_.alpha);
  }

  // One of each group, at most kAskedImages.
  std::vector<std::size_t> drawn_rows() const {
    std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
    for (const auto& [group, rows] : rows_of_group_) {
      const std::size_t row = rows.front();
      drawn.emplace_back(content_key(items_.items[row].digest, items_.embeddings.row(row)), row);
    }
    std::ranges::sort(drawn);
    if (drawn.size() > kAskedImages) drawn.resize(kAskedImages);
    std::vector<std::size_t> rows;
    rows.reserve(drawn.size());
    for (const auto& [key, row] : drawn) rows.push_back(row);
    return rows;
  }

  void find_own_similarity(const EmbeddingBatch& queries, std::span<const std::size_t> rows) {
    if (effect_.images < 2) return;
    std::vector<std::uint32_t> groups;
    for (const std::size_t row : rows) groups.push_back(groups_[row]);
    auto best = best_in_other_groups({queries, groups}, {items_.embeddings, groups_});
    effect_.own_similarity = median_of(best);
  }

  // What an image of the class finds.
  void see(std::size_t row, std::vector<LabeledNeighbor> hits) {
    bool is_first = true;
    for (const LabeledNeighbor& hit : hits) {
      if (is_own(hit)) continue;
      if (std::exchange(is_first, false)) ++nearest_class_[hit.class_name];
      if (all_.is_pending(hit.id)) continue;
      AffectedItem& item = around_[to_number(hit.id)];
      if (item.class_name.empty()) item = {hit.id, hit.class_name, hit.similarity};
      item.similarity = std::max(item.similarity, hit.similarity);
    }
    if (effect_.images < 2) return;
    std::erase_if(hits, [&](const LabeledNeighbor& hit) {
      const auto place = place_of_.find(to_number(hit.id));
      return place != place_of_.end() && groups_[place->second] == groups_[row];
    });
    hits.resize(std::min(hits.size(), options_.k));
    describe_classes(items_.embeddings.row(row), hits, [&](std::string_view name, bool with_mean) {
      return name == effect_.class_name ? summary_without(groups_[row], with_mean)
                                        : summary_of(std::string(name));
    });
    const auto ranking = vote(hits, options_.rule);
    ++effect_.asked;
    effect_.right += !ranking.empty() && ranking.front().class_name == effect_.class_name ? 1 : 0;
  }

  // Of the class without one group.
  ClassSummary summary_without(std::uint32_t group, bool with_mean) const {
    const std::uint64_t size = groups_.size() - rows_of_group_.at(group).size();
    return summarize_class(size, with_mean, items_.embeddings.dimension(), [&](const auto& add) {
      for (std::size_t row = 0; row < groups_.size(); ++row) {
        if (groups_[row] != group) add(items_.embeddings.row(row));
      }
    });
  }

  const ClassSummary& summary_of(const std::string& name) {
    const auto [known, is_new] = others_.try_emplace(name);
    if (!is_new) return known->second;
    const auto add_all = [&](const auto& add) {
      const ClassItems items = all_.items_of(name, {});
      for (std::size_t row = 0; row < items.embeddings.rows(); ++row)
        add(items.embeddings.row(row));
    };
    const std::size_t dimension = items_.embeddings.dimension();
    return known->second = summarize_class(all_.size_of(name), true, dimension, add_all);
  }

  void find_most_alike(const EmbeddingBatch& queries) {
    const auto most = std::ranges::max_element(nearest_class_, {},
                                               [](const auto& entry) { return entry.second; });
    if (most == nearest_class_.end()) return;
    effect_.most_alike = most->first;
    std::vector<float> similarities;
    const auto found = all_.look_up(queries, {.k = 1, .filter = {.class_names = {most->first}}});
    for (const auto& hits : found) {
      if (!hits.empty()) similarities.push_back(hits.front().similarity);
    }
    if (!similarities.empty()) effect_.alike_similarity = median_of(similarities);
  }

  // Which of the items around have an image of the class as their nearest neighbour.
  void find_affected() {
    std::vector<AffectedItem> items;
    items.reserve(around_.size());
    for (auto& [id, item] : around_) items.push_back(std::move(item));
    std::ranges::sort(items, [](const AffectedItem& a, const AffectedItem& b) {
      return ranks_before({a.id, a.similarity}, {b.id, b.similarity});
    });
    if (items.size() > kMostItemsAround) items.resize(kMostItemsAround);
    constexpr std::size_t kAtOnce = 1024;
    for (std::span<AffectedItem> rest = items; !rest.empty();) {
      options_.check();
      const auto some = rest.first(std::min(rest.size(), kAtOnce));
      see_affected(some);
      rest = rest.subspan(some.size());
    }
    effect_.affected_items = effect_.affected.size();
  }

  void see_affected(std::span<const AffectedItem> items) {
    std::vector<ItemId> ids;
    ids.reserve(items.size());
    for (const AffectedItem& item : items) ids.push_back(item.id);
    const auto embeddings = all_.gallery().embeddings(ids);
    EmbeddingBatch queries(items_.embeddings.dimension());
    std::vector<const AffectedItem*> asked;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto& embedding = embeddings[i];
      if (!embedding) continue;  // removed meanwhile
      queries.append(*embedding);
      asked.push_back(&items[i]);
    }
    const auto found = all_.look_up(queries, {.k = 2});
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto nearest = std::ranges::find_if(
          found[i], [&](const LabeledNeighbor& hit) { return hit.id != asked[i]->id; });
      if (nearest == found[i].end() || !is_own(*nearest)) continue;
      effect_.affected.push_back({asked[i]->id, asked[i]->class_name, nearest->similarity});
    }
  }

  const Neighborhood& all_;
  const EffectOptions& options_;
  const ClassItems items_;
  std::vector<std::uint32_t> groups_;
  std::unordered_map<std::uint64_t, std::size_t> place_of_;  // rows by id
  std::map<std::uint32_t, std::vector<std::size_t>> rows_of_group_;
  std::map<std::string, std::uint64_t> nearest_class_;      // images by the class nearest to them
  std::unordered_map<std::uint64_t, AffectedItem> around_;  // items of other classes, by id
  std::unordered_map<std::string, ClassSummary> others_;
  ClassEffect effect_;
};

void require_valid(const Gallery& gallery, const PendingImages& pending,
                   const EffectOptions& options) {
  if (options.k == 0) throw Error(ErrorCode::kUsage, "no neighbours to ask: k is 0");
  require_alpha(options.alpha);
  const std::size_t rows = pending.embeddings.rows();
  if (pending.class_names.size() != rows || pending.digests.size() != rows ||
      pending.embeddings.dimension() != gallery.dimension()) {
    throw Error(ErrorCode::kUsage, "the pending images differ in number or dimension");
  }
}

}  // namespace

std::vector<ClassEffect> effects_of_classes(const Gallery& gallery,
                                            std::span<const std::string> class_names,
                                            const PendingImages& pending,
                                            const EffectOptions& options) {
  require_valid(gallery, pending, options);
  const Neighborhood all(gallery, pending);
  std::vector<ClassEffect> effects;
  effects.reserve(class_names.size());
  for (const std::string& name : class_names) effects.push_back(Effect(all, options, name).run());
  return effects;
}

}  // namespace simdb
