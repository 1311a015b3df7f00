#include "simdb/review.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "database/item_selection.h"
#include "simdb/classifier.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// The shares that items of a class give their own.
struct OwnShares {
  double sum = 0;
  std::uint64_t items = 0;
  double mean() const { return sum / static_cast<double>(items); }
};

class Review {
 public:
  Review(const Gallery& gallery, const ReviewOptions& options)
      : gallery_(gallery), options_(options) {
    for (const ClassCount& entry : gallery.classes()) {
      size_of_.emplace(entry.name, entry.items);
      if (entry.items < kLeastReviewed) result_.small_classes.push_back(entry);
    }
  }

  LabelReview run() {
    find_conflicts();
    for_each_page(gallery_, {}, [&](std::span<const ItemRecord> page) {
      options_.check();
      judge_items(page);
      return true;
    });
    std::erase_if(result_.items, [&](const DoubtfulItem& entry) { return !is_listed(entry); });
    for (DoubtfulItem& entry : result_.items) {
      const auto other = own_shares_.find(entry.other_class);
      entry.is_confident = other != own_shares_.end() && entry.other_share >= other->second.mean();
    }
    std::ranges::stable_sort(result_.items, {}, [](const DoubtfulItem& entry) {
      return std::pair(entry.same_file.empty(), entry.own_share - entry.other_share);
    });
    return std::move(result_);
  }

 private:
  // Items of several classes with the same file.
  void find_conflicts() {
    std::map<Sha256, std::vector<std::pair<ItemId, std::string>>> by_file;
    gallery_.for_each_item([&](const ItemRecord& item) {
      if (item.info.digest != Sha256{}) {
        by_file[item.info.digest].emplace_back(item.id, item.info.class_name);
      }
      return true;
    });
    for (const auto& [digest, items] : by_file) {
      for (const auto& [id, class_name] : items) {
        for (const auto& [other, other_class] : items) {
          if (class_name != other_class) conflicts_[to_number(id)].push_back(other);
        }
      }
    }
  }

  void judge_items(std::span<const ItemRecord> items) {
    EmbeddingBatch queries(gallery_.dimension());
    for (const Embedding& embedding : embeddings_of(gallery_, items)) queries.append(embedding);
    auto found = gallery_.look_up_batch(queries, {.k = options_.k + 1});
    for (std::size_t i = 0; i < items.size(); ++i) judge_item(items[i], std::move(found[i]));
  }

  void judge_item(const ItemRecord& item, std::vector<LabeledNeighbor> neighbors) {
    DoubtfulItem entry{.item = item};
    if (const auto conflict = conflicts_.find(to_number(item.id)); conflict != conflicts_.end()) {
      entry.same_file = conflict->second;
    }
    std::erase_if(neighbors, [&](const LabeledNeighbor& hit) { return hit.id == item.id; });
    neighbors.resize(std::min(neighbors.size(), options_.k));
    const auto size = size_of_.find(item.info.class_name);
    if (size != size_of_.end() && size->second >= kLeastReviewed) {
      ++result_.judged;
      take_vote(entry, neighbors);
    }
    if (entry.same_file.empty() && entry.other_class.empty()) return;
    entry.neighbors = std::move(neighbors);
    result_.items.push_back(std::move(entry));
  }

  void take_vote(DoubtfulItem& entry, std::vector<LabeledNeighbor> voters) {
    const std::string& own = entry.item.info.class_name;
    for (LabeledNeighbor& hit : voters) {
      // An item is part of its class's mean. And unlike in a query, how rare a class is counts:
      // else three items of a small class would bring doubt on every item of a large one around
      // them.
      hit.mean_similarity.reset();
      hit.class_size = 1;
    }
    for (const ClassScore& score : vote(voters)) {
      if (score.class_name == own) {
        entry.own_share = score.score;
      } else if (score.score > entry.other_share) {
        entry.other_class = score.class_name;
        entry.other_share = score.score;
      }
    }
    OwnShares& shares = own_shares_[own];
    shares.sum += entry.own_share;
    ++shares.items;
    if (entry.own_share >= entry.other_share) entry.other_class.clear();
  }

  bool is_listed(const DoubtfulItem& entry) {
    const ItemInfo& info = entry.item.info;
    if (!options_.class_names.empty() &&
        std::ranges::find(options_.class_names, info.class_name) == options_.class_names.end()) {
      return false;
    }
    const auto kept = info.metadata.find(kKeptField);
    const bool is_kept =
        kept != info.metadata.end() && kept->second == MetadataValue(info.class_name);
    result_.kept += is_kept ? 1 : 0;
    return !is_kept;
  }

  const Gallery& gallery_;
  const ReviewOptions& options_;
  std::unordered_map<std::string, std::uint64_t> size_of_;
  std::unordered_map<std::uint64_t, std::vector<ItemId>> conflicts_;  // by id
  std::unordered_map<std::string, OwnShares> own_shares_;
  LabelReview result_;
};

}  // namespace

LabelReview review_labels(const Gallery& gallery, const ReviewOptions& options) {
  if (options.k == 0) throw Error(ErrorCode::kUsage, "no neighbours to ask: k is 0");
  return Review(gallery, options).run();
}

std::size_t keep_labels(Gallery& gallery, std::span<const ItemId> ids) {
  std::map<std::string, std::vector<ItemId>> by_class;
  for (const auto& item : gallery.get_many(ids)) {
    if (item) by_class[item->info.class_name].push_back(item->id);
  }
  std::size_t kept = 0;
  for (const auto& [class_name, items] : by_class) {
    kept += gallery.update(items, {.set = {{std::string(kKeptField), class_name}}});
  }
  return kept;
}

}  // namespace simdb
