#include <algorithm>
#include <array>
#include <cmath>

#include "index/angles_internal.h"
#include "index/partition_search_internal.h"

namespace simdb {
namespace {

// Blocks between two looks at the threshold.
constexpr std::size_t kBlocksAtOnce = 8;
// Partitions visited next where the nearest has too few rows for an answer.
constexpr std::size_t kFirstPartitions = 16;
// Those within so many radians are looked at first.
constexpr float kFirstAngle = 0.4F;
// Then those within this part of the reach, which shortens it, and then the others within it.
constexpr float kShares[] = {0.6F, 1.0F};
// Partitions whose angles are on their way from memory.
constexpr std::size_t kPrefetchAhead = 8;
// Where a search of a batch is to read more than one row of so many, it gives up and reads all of
// them together with others: that takes a tenth of the time.
constexpr std::size_t kGoodPart = 4;
// Shorter rows take little more time to compare than to look at the angles of.
constexpr std::size_t kLongRow = 64;
// Blocks on their way from memory in a scan.
constexpr std::size_t kBlocksAhead = 1;

}  // namespace

float PartitionSearch::error(const IndexState& state, std::span<const float> query) {
  return static_cast<float>(score_error(query.size()) * length_of(query) *
                            (1 + state.length_error) * 1.01);
}

PartitionSearch::PartitionSearch(const IndexState& state, std::span<const float> query,
                                 NeighborCollector& collector, const SearchScope& scope,
                                 SearchBuffers& buffers)
    : state_(state),
      query_(query),
      collector_(collector),
      scope_(scope),
      kernels_(best_kernels()),
      scores_(buffers.scores),
      selected_(buffers.selected),
      open_(buffers.open),
      visited_(buffers.visited),
      blocks_(buffers.blocks),
      hits_(buffers.hits) {
  const double query_error = std::abs(length_of(query) - 1);
  length_error_ =
      static_cast<float>((1 + query_error) * (1 + state.length_error) - 1) + kAngleSlack;
  centroid_error_ = error(state, query) + static_cast<float>(query_error) + kAngleSlack;
}

// A row x that belongs to the answer has x.q >= threshold, so the cosine of its angle to the query
// is at least threshold - length_error_.
void PartitionSearch::update_reach() {
  const float threshold = collector_.threshold();
  if (threshold == seen_threshold_) return;
  seen_threshold_ = threshold;
  reach_ = angle_of(std::clamp(threshold - length_error_, -1.0F, 1.0F)) + kAngleSlack;
}

void PartitionSearch::collect_blocks(std::uint32_t p) {
  const Partition& partition = state_.partition(p);
  // The angle between query and centroid is known up to rounding.
  const float low = angle_of(scores_[p] + centroid_error_) - kAngleSlack;
  const float high = angle_of(scores_[p] - centroid_error_) + kAngleSlack;
  if (selected_.size() < partition.blocks()) selected_.resize(partition.blocks());
  const float* near = partition.near_angles();
  const float* far = partition.far_angles();
  const std::size_t found = kernels_.overlap(near, far, partition.blocks(), low - reach_,
                                             high + reach_, selected_.data());
  const MarkedRows* marks = scope_.marks();
  const std::uint16_t* masks = marks != nullptr ? &marks->masks[marks->first[p]] : nullptr;
  for (std::size_t i = 0; i < found; ++i) {
    const std::uint32_t b = selected_[i];
    if (masks != nullptr && masks[b] == 0) continue;
    blocks_.push_back({&partition, b, std::max({near[b] - high, low - far[b], 0.0F})});
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
  for (std::size_t i = 0; i < count; ++i) take(blocks[i], &scores[i * kBlockRows], hits[i]);
}

// Offers the rows of a block whose scores are hits.
void PartitionSearch::take(const Block& block, const float* scores, unsigned hits) {
  compared_ += kBlockRows;
  if (hits == 0) return;
  const Partition& partition = *block.partition;
  const std::size_t first = block.number * kBlockRows;
  if (const MarkedRows* marks = scope_.marks()) {
    hits &= marks->masks[marks->first[&partition - state_.partitions.data()] + block.number];
  }
  for (; hits != 0; hits &= hits - 1) {
    const auto lane = static_cast<std::size_t>(__builtin_ctz(hits));
    if (first + lane >= partition.rows()) break;
    if (scores[lane] < collector_.threshold()) continue;
    if (!scope_.looks_up() || scope_.holds(partition.id(first + lane))) {
      collector_.offer(partition, first + lane, scores[lane]);
    }
  }
}

void PartitionSearch::compare_blocks() {
  // While one batch is compared, the next one is on its way from memory.
  std::array<Block, 2 * kBlocksAtOnce> batches;  // NOLINT: written before it is read
  std::size_t next = 0;
  const auto gather = [&](Block* batch, std::size_t size) {
    std::size_t count = 0;
    for (; next < blocks_.size() && count < size; ++next) {
      if (blocks_[next].gap > reach_) continue;
      prefetch_block(blocks_[next].partition->block(blocks_[next].number), query_.size());
      batch[count++] = blocks_[next];
    }
    return count;
  };
  // Small batches first where there is no threshold yet that keeps rows out.
  std::size_t size = collector_.threshold() < -1 ? 1 : kBlocksAtOnce;
  Block* now = batches.data();
  Block* later = now + kBlocksAtOnce;
  std::size_t count = gather(now, size);
  while (count != 0) {
    size = std::min(2 * size, kBlocksAtOnce);
    const std::size_t following = gather(later, size);
    compare(now, count);
    update_reach();
    std::swap(now, later);
    count = following;
  }
  blocks_.clear();
}

// The partitions that were not visited and may hold rows within `angle` of the query.
void PartitionSearch::select_open(float angle) {
  angle = std::min(angle, kPi);
  selected_.resize(std::max(selected_.size(), state_.centroids.padded_size()));
  const std::size_t found =
      state_.centroids.select(kernels_, scores_.data(), std::cos(angle), std::sin(angle),
                              centroid_error_, selected_.data());
  open_.resize(found);
  std::size_t count = 0;
  for (std::size_t i = 0; i < found; ++i) {  // without branches: they would be mispredicted
    open_[count] = selected_[i];
    count += visited_[selected_[i]] ^ 1U;
  }
  open_.resize(count);
}

// Keeps the `count` nearest of the open partitions, in order.
void PartitionSearch::keep_nearest(std::size_t count) {
  const auto nearer = [&](std::uint32_t a, std::uint32_t b) {
    return scores_[a] != scores_[b] ? scores_[a] > scores_[b] : a < b;
  };
  count = std::min(count, open_.size());
  std::partial_sort(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(count), open_.end(),
                    nearer);
  open_.resize(count);
}

bool PartitionSearch::visit_open(bool or_give_up) {
  const auto prefetch_partition = [&](std::uint32_t p) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&state_.partitions[p]);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + sizeof(Partition) - 1);
  };
  for (std::size_t i = 0; i < std::min(2 * kPrefetchAhead, open_.size()); ++i) {
    prefetch_partition(open_[i]);
  }
  for (std::size_t i = 0; i < std::min(kPrefetchAhead, open_.size()); ++i) {
    state_.partitions[open_[i]].prefetch_angles();
  }
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (i + 2 * kPrefetchAhead < open_.size()) {
      prefetch_partition(open_[i + 2 * kPrefetchAhead]);
    }
    if (i + kPrefetchAhead < open_.size()) {
      state_.partitions[open_[i + kPrefetchAhead]].prefetch_angles();
    }
    visited_[open_[i]] = 1;
    collect_blocks(open_[i]);
  }
  if (or_give_up && blocks_.size() * kBlockRows > state_.rows / kGoodPart) return false;
  compare_blocks();
  return true;
}

// The nearest partition first, and in it the blocks around the query's angle: that gives a good
// threshold for all that follows.
void PartitionSearch::visit_nearest() {
  update_reach();
  const std::size_t nearest = kernels_.largest(scores_.data(), state_.partitions.size());
  visited_[nearest] = 1;
  collect_blocks(static_cast<std::uint32_t>(nearest));
  std::sort(blocks_.begin(), blocks_.end(),
            [](const Block& a, const Block& b) { return a.gap < b.gap; });
  compare_blocks();
}

bool PartitionSearch::run(bool or_give_up) {
  if (scope_.scans()) {
    PartitionSearch* const alone = this;
    scan({&alone, 1}, scope_.scanned());
    return true;
  }
  or_give_up = or_give_up && query_.size() >= kLongRow;
  blocks_.clear();
  scores_.resize(state_.centroids.padded_size());
  hits_.resize(scores_.size() / kBlockRows);
  state_.centroids.score(kernels_, query_, scores_.data(), hits_.data());
  if (scope_.marks() != nullptr) {
    visited_ = scope_.marks()->none;  // as good as visited
  } else {
    visited_.assign(state_.partitions.size(), 0);
  }
  visit_nearest();
  // Until as many rows are found as are wanted, everything is open: from the nearest outwards.
  std::size_t count = kFirstPartitions;
  for (float angle = kFirstAngle; reach_ >= kPi; angle *= 1.25F) {
    select_open(angle);
    if (open_.empty()) {
      if (angle >= kPi) break;
      continue;
    }
    keep_nearest(count);
    visit_open(false);
    count *= 2;
  }
  for (const float share : kShares) {
    select_open(share * reach_);
    if (!visit_open(or_give_up)) {
      collector_.start_again();
      return false;
    }
  }
  scope_.count_visited(compared_);
  return true;
}

void PartitionSearch::scan(std::span<PartitionSearch* const> searches,
                           std::span<const Partition> partitions) {
  if (searches.empty()) return;
  const Kernels& kernels = searches.front()->kernels_;
  const std::size_t dimension = searches.front()->query_.size();
  std::array<const float*, kTogether> queries{};
  std::array<float, kTogether> thresholds{};
  std::array<float, kTogether * kBlockRows> scores;  // NOLINT: written by the kernel
  std::array<std::uint16_t, kTogether> hits;         // NOLINT: written by the kernel
  for (std::size_t q = 0; q < searches.size(); ++q) queries[q] = searches[q]->query_.data();
  for (const Partition& any : partitions) {
    const Partition& partition = any.sound();
    for (std::size_t b = 0; b < partition.blocks(); ++b) {
      // Within the partition: the machine's own prefetching stops at every page.
      prefetch_block(partition.block(std::min(b + kBlocksAhead, partition.blocks() - 1)),
                     dimension);
      for (std::size_t q = 0; q < searches.size(); ++q) {
        thresholds[q] = searches[q]->collector_.threshold();
      }
      kernels.score_many(queries.data(), searches.size(), dimension, partition.block(b),
                         thresholds.data(), scores.data(), hits.data());
      for (std::size_t q = 0; q < searches.size(); ++q) {
        searches[q]->take({&partition, static_cast<std::uint32_t>(b), 0}, &scores[q * kBlockRows],
                          hits[q]);
      }
    }
  }
}

}  // namespace simdb
