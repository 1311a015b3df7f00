#include "simdb/duplicates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "core/parallel.h"
#include "core/random_order.h"
#include "decisions/joined_rows.h"
#include "index/vector_index.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kSample = 2000;
constexpr std::size_t kSampleNeighbors = 64;
// At most this share of the sample may be taken for its nearest item of another class.
constexpr double kMergedShare = 0.01;
// How far a copy is from its picture at most, as a part of how far an item is from the nearest of
// its class.
constexpr double kNearShare = 0.13;
constexpr std::size_t kQueriesAtOnce = 4096;
constexpr std::size_t kQueriesPerPiece = 16;

// Calls work(i) for [0, count) on all cores.
template <typename Work>
void for_each_index(std::size_t count, const std::function<void()>& check, Work&& work) {
  parallel_for(count, kQueriesPerPiece, core_count(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      check();
      work(i);
    }
  });
}

struct Item {
  ItemId id{};
  Sha256 digest{};
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int label = 0;
  bool has_look = false;
  PictureTraits traits = {};
};

// What is compared of the items, in ascending order of id.
class Items {
 public:
  Items(const Gallery& gallery, const DuplicateOptions& options) : vectors_(gallery.dimension()) {
    std::map<std::string, int, std::less<>> labels;
    gallery.for_each_item([&](const ItemRecord& item) {
      const auto label = labels.try_emplace(item.info.class_name, static_cast<int>(labels.size()));
      items_.push_back({.id = item.id,
                        .digest = item.info.digest,
                        .width = item.info.width,
                        .height = item.info.height,
                        .label = label.first->second});
      return true;
    });
    vectors_.reserve(items_.size());
    bool is_same_state = true;
    gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
      is_same_state = vectors_.rows() < items_.size() && items_[vectors_.rows()].id == id;
      if (is_same_state) vectors_.append_unit(values);
      return is_same_state;
    });
    if (!is_same_state || vectors_.rows() != items_.size()) {
      throw Error(ErrorCode::kBusy, "the items changed while they were compared; try again");
    }
    for (const std::string& name : options.class_names) {
      if (const auto found = labels.find(name); found != labels.end()) {
        wanted_.insert(found->second);
      }
    }
    all_are_wanted_ = options.class_names.empty();
    has_classes_ = labels.size() > 1;
    if (!options.traits) return;
    for_each_index(items_.size(), options.check, [&](std::size_t row) {
      const auto traits = options.traits(items_[row].id);
      items_[row].has_look = traits.has_value();
      if (traits) items_[row].traits = *traits;
    });
  }

  std::size_t size() const { return items_.size(); }
  const Item& operator[](std::size_t row) const { return items_[row]; }
  bool has_classes() const { return has_classes_; }
  std::span<const float> vector(std::size_t row) const { return vectors_.row(row); }
  bool is_wanted(std::size_t row) const {
    return all_are_wanted_ || wanted_.contains(items_[row].label);
  }
  // Nothing for an item that was added since.
  std::optional<std::size_t> row_of(ItemId id) const {
    const auto found = std::lower_bound(items_.begin(), items_.end(), id,
                                        [](const Item& item, ItemId to) { return item.id < to; });
    if (found == items_.end() || found->id != id) return std::nullopt;
    return static_cast<std::size_t>(found - items_.begin());
  }

 private:
  std::vector<Item> items_;
  EmbeddingBatch vectors_;
  std::set<int> wanted_;
  bool all_are_wanted_ = true;
  bool has_classes_ = false;
};

// The similarity from which on at most kMergedShare of `count` items are merged with one of another
// class, if `nearest` are the similarities of some of them to the nearest such item.
float threshold_between(std::vector<float> nearest, std::size_t count) {
  const auto allowed = static_cast<std::size_t>(kMergedShare * static_cast<double>(count));
  if (nearest.size() <= allowed) return -1;
  const auto last = nearest.begin() + static_cast<std::ptrdiff_t>(allowed);
  std::nth_element(nearest.begin(), last, nearest.end(), std::greater<>());
  return std::nextafter(*last, 2.0F);
}

// `nearest` are similarities of items to the nearest of their class.
float threshold_within(std::vector<float> nearest) {
  if (nearest.empty()) return -1;
  const auto middle = nearest.begin() + static_cast<std::ptrdiff_t>(nearest.size() / 2);
  std::nth_element(nearest.begin(), middle, nearest.end());
  return static_cast<float>(1 - kNearShare * (1 - *middle));
}

// How alike vectors must be, taken from a sample.
float vector_threshold(const Gallery& gallery, const Items& items) {
  std::vector<std::size_t> sample(items.size());
  std::iota(sample.begin(), sample.end(), std::size_t{0});
  std::mt19937_64 random(1);
  draw_to_front(std::span(sample), kSample, random);
  sample.resize(std::min(sample.size(), kSample));
  EmbeddingBatch queries(gallery.dimension());
  for (const std::size_t row : sample) queries.append_unit(items.vector(row));
  std::vector<float> others;
  std::vector<float> own;
  const auto found = gallery.search_batch(queries, kSampleNeighbors);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const Item& item = items[sample[i]];
    std::optional<float> other;
    std::optional<float> same;
    for (const Neighbor& hit : found[i]) {
      const auto row = items.row_of(hit.id);
      // The same file in two classes is a contradiction, not a sign of how alike classes are.
      if (!row || *row == sample[i] ||
          (item.digest != Sha256{} && items[*row].digest == item.digest)) {
        continue;
      }
      auto& nearest = items[*row].label == item.label ? same : other;
      if (!nearest) nearest = hit.similarity;
    }
    if (other) others.push_back(*other);
    if (same) own.push_back(*same);
  }
  const float threshold =
      std::max(threshold_between(std::move(others), items.has_classes() ? sample.size() : 0),
               threshold_within(std::move(own)));
  const float identical = 1 - kSimilarityTolerance;
  return threshold < 0 ? identical : std::min(threshold, identical);
}

class Search {
 public:
  Search(const Gallery& gallery, const DuplicateOptions& options)
      : gallery_(gallery),
        options_(options),
        items_(gallery, options),
        exact_(items_.size()),
        all_(items_.size()) {}

  DuplicateReport run() {
    DuplicateReport report;
    join_files();
    join_pixels();
    std::vector<std::size_t> by_look;
    std::vector<std::size_t> by_vector;
    for (std::size_t row = 0; row < items_.size(); ++row) {
      // One of each file does for all.
      if (exact_.root(row) == row) (items_[row].has_look ? by_look : by_vector).push_back(row);
    }
    if (!options_.exact && !by_look.empty()) {
      report.look_threshold = options_.threshold.value_or(kSameLook);
      join_looks(by_look, *report.look_threshold);
    }
    if (!options_.exact && !by_vector.empty()) {
      // Beside thumbnails the user's threshold is one of thumbnails.
      const float threshold = options_.threshold && !options_.traits
                                  ? *options_.threshold
                                  : vector_threshold(gallery_, items_);
      report.vector_threshold = threshold;
      join_near(by_vector, [&](std::size_t row) {
        return gallery_.range_search(items_.vector(row), threshold);
      });
    }
    report.groups = groups();
    return report;
  }

 private:
  void join_files() {
    std::map<Sha256, std::size_t> first;
    for (std::size_t row = 0; row < items_.size(); ++row) {
      if (items_[row].digest == Sha256{}) continue;
      join_exact(row, first.try_emplace(items_[row].digest, row).first->second);
    }
  }

  void join_pixels() {
    std::map<std::tuple<std::uint32_t, std::uint32_t, Sha256>, std::size_t> first;
    for (std::size_t row = 0; row < items_.size(); ++row) {
      const Item& item = items_[row];
      if (!item.has_look) continue;
      const auto same =
          first.try_emplace({item.width, item.height, item.traits.pixels}, row).first->second;
      // Large pictures may differ in what their thumbnails do not show.
      if (similarity(items_.vector(same), items_.vector(row)) >= 1 - kSimilarityTolerance) {
        join_exact(row, same);
      }
    }
  }

  void join_looks(std::span<const std::size_t> rows, float threshold) {
    const std::unique_ptr<VectorIndex> index = make_index(kLookDimension);
    EmbeddingBatch looks(kLookDimension);
    std::vector<ItemId> ids;
    for (const std::size_t row : rows) {
      looks.append_unit(items_[row].traits.look);
      ids.push_back(items_[row].id);
    }
    index->add(ids, looks);
    join_near(rows, [&](std::size_t row) {
      return index->range_search(items_[row].traits.look, threshold);
    });
  }

  template <typename FindNear>
  void join_near(std::span<const std::size_t> rows, const FindNear& find_near) {
    std::vector<std::vector<Neighbor>> found(kQueriesAtOnce);
    for (std::size_t done = 0; done < rows.size(); done += kQueriesAtOnce) {
      const auto some = rows.subspan(done, std::min(kQueriesAtOnce, rows.size() - done));
      for_each_index(some.size(), options_.check,
                     [&](std::size_t i) { found[i] = find_near(some[i]); });
      for (std::size_t i = 0; i < some.size(); ++i) {
        for (const Neighbor& hit : found[i]) {
          if (const auto row = items_.row_of(hit.id)) all_.join(some[i], *row);
        }
      }
    }
  }

  void join_exact(std::size_t a, std::size_t b) {
    exact_.join(a, b);
    all_.join(a, b);
  }

  std::vector<DuplicateGroup> groups() {
    std::map<std::size_t, std::vector<std::size_t>> members;
    for (std::size_t row = 0; row < items_.size(); ++row) members[all_.root(row)].push_back(row);
    std::vector<DuplicateGroup> groups;
    for (const auto& [first, rows] : members) {
      const auto is_wanted = [&](std::size_t row) { return items_.is_wanted(row); };
      if (rows.size() < 2 || std::ranges::none_of(rows, is_wanted)) continue;
      groups.push_back(group_of(rows));
      if (groups.back().items.size() < 2) groups.pop_back();
    }
    std::ranges::stable_sort(groups, {}, [](const DuplicateGroup& group) {
      return std::pair(!group.is_conflict, group.sameness);
    });
    return groups;
  }

  DuplicateGroup group_of(std::span<const std::size_t> rows) {
    DuplicateGroup group;
    std::vector<ItemId> ids;
    for (const std::size_t row : rows) ids.push_back(items_[row].id);
    const auto records = gallery_.get_many(ids);
    const Item& first = items_[rows.front()];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& record = records[i];
      if (!record) continue;  // removed meanwhile
      const Item& item = items_[rows[i]];
      DuplicateItem entry{*record, Sameness::kNear,
                          similarity(items_.vector(rows.front()), items_.vector(rows[i]))};
      if (item.id == first.id || (item.digest != Sha256{} && item.digest == first.digest)) {
        entry.sameness = Sameness::kFile;
      } else if (exact_.root(rows[i]) == exact_.root(rows.front())) {
        entry.sameness = Sameness::kPixels;
      }
      if (first.has_look && item.has_look) {
        entry.look = similarity(first.traits.look, item.traits.look);
      }
      group.sameness = std::max(group.sameness, entry.sameness);
      group.items.push_back(std::move(entry));
      group.is_conflict |=
          group.items.front().item.info.class_name != group.items.back().item.info.class_name;
    }
    return group;
  }

  const Gallery& gallery_;
  const DuplicateOptions& options_;
  const Items items_;
  JoinedRows exact_;  // the same files, or pixels
  JoinedRows all_;
};

}  // namespace

DuplicateReport find_duplicates(const Gallery& gallery, const DuplicateOptions& options) {
  if (options.threshold && !(*options.threshold >= -1 && *options.threshold <= 1)) {
    throw Error(ErrorCode::kUsage, "a threshold of duplicates is a similarity, from -1 to 1");
  }
  return Search(gallery, options).run();
}

}  // namespace simdb
