#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "index/partition_search_internal.h"

namespace simdb {
namespace {

// Blocks between two looks at the threshold.
constexpr std::size_t kBlocksAtOnce = 16;
// Blocks of the next turn that are on their way from memory.
constexpr std::size_t kBlocksAhead = 4;
// After the nearest one this many partitions are visited, then so many times more, and so on: the
// threshold is tighter after each step.
constexpr std::size_t kFirstPartitions = 16;
constexpr std::size_t kGrowth = 16;
// Partitions whose angles are on their way from memory.
constexpr std::size_t kPrefetchAhead = 6;
// More than the float functions here err by, in radians and cosines.
constexpr float kSlack = 2e-6F;

constexpr float kPi = std::numbers::pi_v<float>;

float angle_of(float cosine) { return std::acos(std::clamp(cosine, -1.0F, 1.0F)); }

double length_of(std::span<const float> values) {
  double squared = 0;
  for (const float value : values) squared += static_cast<double>(value) * value;
  return std::sqrt(squared);
}

}  // namespace

SearchScope::SearchScope(std::span<const ItemId> ids, const IdLocator& locator,
                         std::size_t partitions)
    : everything_(false), ids_(ids), touched_(partitions) {
  for (const ItemId id : ids) {
    const std::uint32_t p = locator.find(id);
    if (p != IdLocator::kAbsent) touched_[p] = true;
  }
  // A bit an id pays unless the ids are few in a wide range.
  if (ids.size() < 64) return;
  const std::uint64_t range = to_number(ids.back()) - to_number(ids.front());
  if (range / 64 > ids.size()) return;
  members_.resize(range + 1);
  for (const ItemId id : ids) members_[to_number(id) - to_number(ids.front())] = true;
}

bool SearchScope::holds(ItemId id) const {
  if (everything_) return true;
  if (members_.empty()) return std::binary_search(ids_.begin(), ids_.end(), id);
  const std::uint64_t distance = to_number(id) - to_number(ids_.front());  // wraps for smaller ids
  return distance < members_.size() && members_[distance];
}

float PartitionSearch::error(const IndexState& state, std::span<const float> query) {
  // Scores of padded or long vectors grow with their lengths.
  return static_cast<float>(score_error(query.size()) * (1 + length_of(query) - 1) *
                            (1 + state.length_error) * 1.01);
}

PartitionSearch::PartitionSearch(const IndexState& state, std::span<const float> query,
                                 NeighborCollector& collector, const SearchScope& scope)
    : state_(state), query_(query), collector_(collector), scope_(scope), kernels_(best_kernels()) {
  const double query_error = std::abs(length_of(query) - 1);
  length_error_ = static_cast<float>((1 + query_error) * (1 + state.length_error) - 1) + kSlack;
  centroid_error_ = error(state, query) + static_cast<float>(query_error) + kSlack;
}

// A row x that belongs to the answer has x.q >= threshold, so the cosine of its angle to the query
// is at least threshold - length_error_.
void PartitionSearch::update_reach() {
  const float threshold = collector_.threshold();
  if (threshold == seen_threshold_) return;
  seen_threshold_ = threshold;
  cos_reach_ = std::clamp(threshold - length_error_, -1.0F, 1.0F);
  sin_reach_ = std::sqrt(1 - cos_reach_ * cos_reach_);
  reach_ = cos_reach_ <= -1 ? kPi : std::acos(cos_reach_) + kSlack;
}

void PartitionSearch::collect_blocks(std::uint32_t p) {
  const Partition& partition = state_.partition(p);
  // The angle between query and centroid is known up to rounding.
  const float low = angle_of(scores_[p] + centroid_error_) - kSlack;
  const float high = angle_of(scores_[p] - centroid_error_) + kSlack;
  if (selected_.size() < partition.blocks()) selected_.resize(partition.blocks());
  const float* near = partition.near_angles();
  const float* far = partition.far_angles();
  const std::size_t found = kernels_.overlap(near, far, partition.blocks(), low - reach_,
                                             high + reach_, selected_.data());
  for (std::size_t i = 0; i < found; ++i) {
    const std::uint32_t b = selected_[i];
    blocks_.push_back({&partition, b, p, std::max({near[b] - high, low - far[b], 0.0F})});
  }
}

void PartitionSearch::compare(const Block* blocks, std::size_t count) {
  std::array<const float*, kBlocksAtOnce> pointers{};
  std::array<float, kBlocksAtOnce * kBlockRows> scores;  // NOLINT: written by the kernel
  std::array<std::uint16_t, kBlocksAtOnce> hits;         // NOLINT: written by the kernel
  for (std::size_t i = 0; i < count; ++i) {
    pointers[i] = blocks[i].partition->block(blocks[i].number);
  }
  kernels_.score(query_.data(), query_.size(), pointers.data(), count, collector_.threshold(),
                 scores.data(), hits.data());
  for (std::size_t i = 0; i < count; ++i) {
    const Partition& partition = *blocks[i].partition;
    const std::size_t first = blocks[i].number * kBlockRows;
    for (unsigned bits = hits[i]; bits != 0; bits &= bits - 1) {
      const auto lane = static_cast<std::size_t>(__builtin_ctz(bits));
      if (first + lane >= partition.rows()) break;
      const float score = scores[i * kBlockRows + lane];
      if (score < collector_.threshold()) continue;
      const ItemId id = partition.id(first + lane);
      if (scope_.holds(id)) collector_.offer(partition, first + lane, id, score);
    }
  }
  compared_ += count * kBlockRows;
}

void PartitionSearch::compare_blocks() {
  std::array<Block, kBlocksAtOnce> batch;  // NOLINT: written before it is read
  std::size_t next = 0;
  while (next < blocks_.size() && !finished()) {
    std::size_t count = 0;
    for (; next < blocks_.size() && count < kBlocksAtOnce; ++next) {
      if (blocks_[next].gap <= reach_) batch[count++] = blocks_[next];
    }
    for (std::size_t i = next; i < std::min(next + kBlocksAhead, blocks_.size()); ++i) {
      prefetch_block(blocks_[i].partition->block(blocks_[i].number), query_.size());
    }
    if (count == 0) break;
    compare(batch.data(), count);
    update_reach();
  }
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(next));
}

// The partitions that may hold something for the answer and were not visited.
void PartitionSearch::select_open() {
  selected_.resize(std::max(selected_.size(), state_.centroids.padded_size()));
  const std::size_t found = state_.centroids.select(kernels_, scores_.data(), cos_reach_,
                                                    sin_reach_, centroid_error_, selected_.data());
  open_.clear();
  for (std::size_t i = 0; i < found; ++i) {
    if (!visited_[selected_[i]] && scope_.touches(selected_[i])) open_.push_back(selected_[i]);
  }
}

// The nearest partition first, and in it the blocks around the query's angle: that gives a good
// threshold for all that follows.
void PartitionSearch::visit_nearest() {
  update_reach();
  std::size_t nearest = state_.partitions.size();
  if (scope_.everything()) {
    nearest = kernels_.largest(scores_.data(), state_.partitions.size());
  } else {
    for (std::uint32_t p = 0; p < state_.partitions.size(); ++p) {
      if (scope_.touches(p) &&
          (nearest == state_.partitions.size() || scores_[p] > scores_[nearest])) {
        nearest = p;
      }
    }
  }
  if (nearest == state_.partitions.size()) return;
  visited_[nearest] = true;
  collect_blocks(static_cast<std::uint32_t>(nearest));
  std::sort(blocks_.begin(), blocks_.end(),
            [](const Block& a, const Block& b) { return a.gap < b.gap; });
  compare_blocks();
}

void PartitionSearch::run() {
  if (state_.flat()) {
    scan_flat(0, state_.partitions.size());
    return;
  }
  scores_.resize(state_.centroids.padded_size());
  std::vector<std::uint16_t> hits(scores_.size() / kBlockRows);
  state_.centroids.score(kernels_, query_, scores_.data(), hits.data());
  visited_.resize(state_.partitions.size());
  const auto nearer = [&](std::uint32_t a, std::uint32_t b) {
    return scores_[a] != scores_[b] ? scores_[a] > scores_[b] : a < b;
  };
  visit_nearest();
  for (std::size_t step = kFirstPartitions; !finished(); step *= kGrowth) {
    select_open();
    if (open_.empty()) break;
    const bool all = open_.size() <= step;
    if (!all) {
      std::nth_element(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(step - 1),
                       open_.end(), nearer);
      open_.resize(step);
    }
    std::sort(open_.begin(), open_.end(), nearer);
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (i + 2 * kPrefetchAhead < open_.size()) {
        __builtin_prefetch(&state_.partitions[open_[i + 2 * kPrefetchAhead]]);
      }
      if (i + kPrefetchAhead < open_.size()) {
        state_.partitions[open_[i + kPrefetchAhead]].prefetch_angles();
      }
      visited_[open_[i]] = true;
      collect_blocks(open_[i]);
    }
    compare_blocks();
    if (all) break;
  }
  if (finished()) count_skipped();
}

// Blocks that were collected and not compared, and partitions that were not even visited.
void PartitionSearch::count_skipped() {
  std::erase_if(blocks_, [&](const Block& block) { return block.gap > reach_; });
  for (const Block& block : blocks_) {
    if (visited_[block.owner]) ++skipped_;
    visited_[block.owner] = false;
  }
  for (const Block& block : blocks_) visited_[block.owner] = true;
  select_open();
  skipped_ += open_.size();
}

void PartitionSearch::scan_flat(std::size_t first, std::size_t last) {
  for (std::size_t p = first; p < last; ++p) {
    if (!scope_.touches(static_cast<std::uint32_t>(p))) continue;
    if (finished()) {
      ++skipped_;
      continue;
    }
    const Partition& partition = state_.partition(p);
    std::array<Block, kBlocksAtOnce> batch;  // NOLINT: written before it is read
    for (std::size_t b = 0; b < partition.blocks(); b += kBlocksAtOnce) {
      const std::size_t count = std::min(kBlocksAtOnce, partition.blocks() - b);
      for (std::size_t i = 0; i < count; ++i) {
        batch[i] = {&partition, static_cast<std::uint32_t>(b + i), static_cast<std::uint32_t>(p),
                    0};
      }
      compare(batch.data(), count);
    }
  }
}

}  // namespace simdb
