#include "decisions/class_scores.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/parallel.h"
#include "index/best_similarity.h"
#include "simdb/calibration.h"

namespace simdb {
namespace {

// Rows that a thread compares with all others of a class.
constexpr std::size_t kRowsAtOnce = 256;
// Below so many comparisons a second thread does not pay.
constexpr std::size_t kComparisonsAlone = 1U << 20;

// A group, by the item that was drawn of it.
struct Drawn {
  std::uint64_t key = std::numeric_limits<std::uint64_t>::max();
  ItemId id{};
  std::uint32_t row = 0;
  bool calibrates = true;

  friend bool operator<(const Drawn& a, const Drawn& b) {
    return a.key != b.key ? a.key < b.key : a.id < b.id;
  }
};

// The drawn item of each group.
std::vector<Drawn> draw(const ClassItems& all, std::span<const std::uint32_t> groups) {
  std::vector<Drawn> drawn;
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    const Drawn item{content_key(all.items[i].digest, all.embeddings.row(i)), all.items[i].id, i,
                     !all.trained_on[i]};
    if (groups[i] == drawn.size()) {
      drawn.push_back(item);
      continue;
    }
    Drawn& group = drawn[groups[i]];
    const bool calibrates = group.calibrates && item.calibrates;
    if (item < group) group = item;
    group.calibrates = calibrates;
  }
  return drawn;
}

EmbeddingBatch rows_of(const EmbeddingBatch& all, std::span<const std::uint32_t> rows) {
  EmbeddingBatch some(all.dimension());
  some.reserve(rows.size());
  for (const std::uint32_t row : rows) some.append_unit(all.row(row));
  return some;
}

// Of each of `rows` the similarity to the nearest of `others` outside its group.
std::vector<float> best_of(const ClassItems& all, std::span<const std::uint32_t> groups,
                           std::span<const std::uint32_t> rows, const GroupedRows& others) {
  std::vector<float> best(rows.size());
  const bool alone = rows.size() * others.groups.size() <= kComparisonsAlone;
  parallel_for(
      rows.size(), kRowsAtOnce, alone ? 1 : core_count(), [&](std::size_t first, std::size_t last) {
        const auto some = rows.subspan(first, last - first);
        std::vector<std::uint32_t> own;
        for (const std::uint32_t row : some) own.push_back(groups[row]);
        const auto found = best_in_other_groups({rows_of(all.embeddings, some), own}, others);
        std::copy(found.begin(), found.end(), best.begin() + static_cast<std::ptrdiff_t>(first));
      });
  return best;
}

// By the smallest keys, which needs all groups.
std::vector<float> draw_few_shot(const ClassItems& all, std::vector<Drawn> drawn) {
  std::sort(drawn.begin(), drawn.end());
  drawn.resize(std::min(drawn.size(), kDrawnItems + 1));
  std::vector<float> scores;
  for (std::size_t n = 1; n < drawn.size(); ++n) {
    float best = kNoSimilarity;
    for (std::size_t i = 0; i < n; ++i) {
      best = std::max(
          best, similarity(all.embeddings.row(drawn[n].row), all.embeddings.row(drawn[i].row)));
    }
    scores.push_back(best);
  }
  return scores;
}

// Whether items that are not `added` were in other groups than each other before and share one now.
bool has_merged(const ClassItems& all, std::span<const std::uint32_t> groups,
                const std::vector<bool>& added) {
  ClassItems old(all.embeddings.dimension());
  std::vector<std::uint32_t> now;
  for (std::size_t i = 0; i < all.items.size(); ++i) {
    if (added[i]) continue;
    old.items.push_back(all.items[i]);
    old.embeddings.append_unit(all.embeddings.row(i));
    now.push_back(groups[i]);
  }
  const std::vector<std::uint32_t> before = group_items(old.items, old.embeddings);
  std::unordered_map<std::uint32_t, std::uint32_t> seen;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (seen.try_emplace(now[i], before[i]).first->second != before[i]) return true;
  }
  return false;
}

ClassScores score(const ClassItems& all, const std::vector<std::uint32_t>& groups,
                  const std::unordered_map<std::uint64_t, float>& known,
                  const std::vector<bool>& added) {
  std::vector<Drawn> drawn = draw(all, groups);
  ClassScores scores;
  scores.items = all.items.size();
  scores.groups = static_cast<std::uint32_t>(drawn.size());
  scores.has_trained_on = std::ranges::find(all.trained_on, true) != all.trained_on.end();
  if (!scores.has_trained_on) scores.drawn = draw_few_shot(all, drawn);
  std::erase_if(drawn, [](const Drawn& group) { return !group.calibrates; });
  if (drawn.size() > kCalibratingItems) {
    std::nth_element(drawn.begin(), drawn.begin() + kCalibratingItems, drawn.end());
    drawn.resize(kCalibratingItems);
  }
  std::vector<std::uint32_t> old;
  std::vector<std::uint32_t> fresh;
  for (const Drawn& group : drawn) {
    (known.contains(to_number(group.id)) ? old : fresh).push_back(group.row);
  }
  const auto keep = [&](std::span<const std::uint32_t> rows, std::span<const float> best) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const ItemId id = all.items[rows[i]].id;
      const auto before = known.find(to_number(id));
      const float least = before == known.end() ? kNoSimilarity : before->second;
      scores.calibrating.push_back({std::max(best[i], least), id});
    }
  };
  keep(fresh, best_of(all, groups, fresh, {all.embeddings, groups}));
  if (!old.empty()) {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> row_groups;
    for (std::uint32_t i = 0; i < all.items.size(); ++i) {
      if (!added[i]) continue;
      rows.push_back(i);
      row_groups.push_back(groups[i]);
    }
    const EmbeddingBatch news = rows_of(all.embeddings, rows);
    keep(old, best_of(all, groups, old, {news, row_groups}));
  }
  std::sort(scores.calibrating.begin(), scores.calibrating.end());
  return scores;
}

}  // namespace

ClassScores score_class(const ClassItems& all) {
  return score(all, group_items(all.items, all.embeddings), {}, {});
}

ClassScores score_class(const ClassItems& all, const ClassScores& before,
                        const std::vector<bool>& added) {
  const std::vector<std::uint32_t> groups = group_items(all.items, all.embeddings);
  std::unordered_map<std::uint64_t, float> known;
  if (!has_merged(all, groups, added)) {
    for (const ItemScore& item : before.calibrating) known.emplace(to_number(item.id), item.score);
  }
  return score(all, groups, known, added);
}

}  // namespace simdb
