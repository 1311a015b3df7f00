#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "index/angles_internal.h"
#include "index/group_search_internal.h"
#include "index/neighbor_collector_internal.h"
#include "index/partition_search_internal.h"

namespace simdb {
namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();
// Blocks that are compared at a time.
constexpr std::size_t kBlocksAtOnce = 8;
// As many are compared in no more time than it takes to look at their angles.
constexpr std::uint32_t kFewBlocks = 2;
// More than the length of a query may differ from 1: see VectorIndex.
constexpr double kQueryError = 1.1e-3;

// A row that may be the nearest of its group.
struct Candidate {
  const Partition* partition = nullptr;
  std::uint32_t row = 0;
  std::uint32_t group = 0;
  float score = 0;
};

// Between searches every `best` is -kNever and every `found` kNothing.
struct Buffers {
  static constexpr float kNothing = -2;

  std::vector<float> best;   // of each group: scores below it are not the nearest; kNever: left out
  std::vector<float> found;  // of each group: the largest similarity
  std::vector<std::uint32_t> touched;  // groups
  std::vector<Candidate> candidates;
  std::vector<float> scores;  // of the centroids
  std::vector<std::uint16_t> hits;
  std::vector<std::uint32_t> open;      // partitions
  std::vector<std::uint32_t> selected;  // blocks of one
};

// similarity(), to the bit, of the query to each of `rows`: products of floats are exact in double,
// so only the order of the additions matters. Several sums at a time don't wait for each other.
constexpr std::size_t kSumsAtOnce = 4;
std::array<float, kSumsAtOnce> similarities(std::span<const float> query,
                                            const std::array<const Candidate*, kSumsAtOnce>& rows) {
  std::array<const float*, kSumsAtOnce> values{};
  for (std::size_t i = 0; i < kSumsAtOnce; ++i) {
    const std::uint32_t row = rows[i]->row;
    values[i] = rows[i]->partition->block(row / kBlockRows) + row % kBlockRows;
  }
  std::array<double, kSumsAtOnce> sums{};
  for (std::size_t d = 0; d < query.size(); ++d) {
    for (std::size_t i = 0; i < kSumsAtOnce; ++i) {
      sums[i] += static_cast<double>(query[d]) * values[i][d * kBlockRows];
    }
  }
  std::array<float, kSumsAtOnce> result{};
  for (std::size_t i = 0; i < kSumsAtOnce; ++i) {
    result[i] = static_cast<float>(std::clamp(sums[i], -1.0, 1.0));
  }
  return result;
}

}  // namespace

// One search, by one thread.
class PreparedGroups::Search {
 public:
  Search(const PreparedGroups& groups, const IndexState& state, std::span<const float> query,
         std::span<const std::uint32_t> without)
      : groups_(groups), state_(state), query_(query), kernels_(best_kernels()) {
    if (buffers_.best.size() < groups.bars_.size()) {
      buffers_.best.resize(groups.bars_.size(), -kNever);
      buffers_.found.resize(groups.bars_.size(), Buffers::kNothing);
    }
    for (const std::uint32_t group : without) {
      if (group >= groups.bars_.size()) continue;
      buffers_.touched.push_back(group);
      buffers_.best[group] = kNever;
    }
  }
  ~Search() {
    for (const std::uint32_t group : buffers_.touched) {
      buffers_.best[group] = -kNever;
      buffers_.found[group] = Buffers::kNothing;
    }
    buffers_.touched.clear();
    buffers_.candidates.clear();
  }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  void visit_all() {
    for (std::uint32_t p = 0; p < state_.partitions.size(); ++p) {
      const Partition& partition = state_.partition(p);
      for (std::uint32_t b = 0; b < partition.blocks(); ++b) add_block(partition, p, b);
    }
    compare_blocks();
  }

  void visit_near() {
    const std::size_t padded = state_.centroids.padded_size();
    buffers_.scores.resize(std::max(buffers_.scores.size(), padded));
    buffers_.hits.resize(std::max(buffers_.hits.size(), padded / kBlockRows));
    buffers_.open.resize(std::max(buffers_.open.size(), padded));
    state_.centroids.score(kernels_, query_, buffers_.scores.data(), buffers_.hits.data());
    const double query_error = std::abs(length_of(query_) - 1);
    const float error = PartitionSearch::error(state_, query_) + static_cast<float>(query_error) +
                        kAngleSlack;  // of a score as a cosine
    const std::size_t found = kernels_.select(buffers_.scores.data(), groups_.cos_reach_.data(),
                                              groups_.cos_reach_.data(), state_.partitions.size(),
                                              1, 0, error, buffers_.open.data());
    for (std::size_t i = 0; i < found; ++i) {
      const std::uint32_t p = buffers_.open[i];
      if (is_left_out(groups_.group_of_partition_[p])) continue;
      const std::uint32_t first = groups_.first_block_[p];
      const std::uint32_t blocks = groups_.first_block_[p + 1] - first;
      const Partition& partition = state_.partition(p);
      if (blocks <= kFewBlocks) {
        for (std::uint32_t b = 0; b < blocks; ++b) add_block(partition, p, b);
        continue;
      }
      const float low = angle_of(buffers_.scores[p] + error) - kAngleSlack;
      const float high = angle_of(buffers_.scores[p] - error) + kAngleSlack;
      buffers_.selected.resize(std::max<std::size_t>(buffers_.selected.size(), blocks));
      const std::size_t near = kernels_.overlap(&groups_.near_[first], &groups_.far_[first], blocks,
                                                low, high, buffers_.selected.data());
      for (std::size_t b = 0; b < near; ++b) add_block(partition, p, buffers_.selected[b]);
    }
    compare_blocks();
  }

  std::vector<GroupBest> finish(std::span<const float> limits) {
    std::array<const Candidate*, kSumsAtOnce> some{};
    std::size_t count = 0;
    const auto compare = [&] {
      if (count == 0) return;
      for (std::size_t i = count; i < kSumsAtOnce; ++i) some[i] = some[0];
      const auto found = similarities(query_, some);
      for (std::size_t i = 0; i < count; ++i) {
        float& best = buffers_.found[some[i]->group];
        best = std::max(best, found[i]);
      }
      count = 0;
    };
    for (const Candidate& candidate : buffers_.candidates) {
      if (candidate.score < buffers_.best[candidate.group]) continue;
      some[count++] = &candidate;
      if (count == kSumsAtOnce) compare();
    }
    compare();
    std::vector<GroupBest> result;
    result.reserve(buffers_.touched.size());
    for (const std::uint32_t group : buffers_.touched) {
      const float found = buffers_.found[group];
      if (found > Buffers::kNothing && found >= limits[group]) result.push_back({group, found});
    }
    return result;
  }

 private:
  bool is_left_out(std::uint32_t group) const {
    return group < kSeveral && buffers_.best[group] == kNever;
  }

  void add_block(const Partition& partition, std::uint32_t p, std::uint32_t number) {
    const std::uint32_t block = groups_.first_block_[p] + number;
    if (groups_.bar_of_block_[block] == kNever || is_left_out(groups_.group_of_block_[block])) {
      return;
    }
    blocks_[count_++] = {&partition, number, block};
    if (count_ == kBlocksAtOnce) compare_blocks();
  }

  void compare_blocks() {
    std::array<const float*, kBlocksAtOnce> pointers{};
    std::array<float, kBlocksAtOnce * kBlockRows> scores;  // NOLINT: written by the kernel
    std::array<std::uint16_t, kBlocksAtOnce> hits{};
    float bar = kNever;
    for (std::size_t i = 0; i < count_; ++i) {
      pointers[i] = blocks_[i].partition->block(blocks_[i].number);
      bar = std::min(bar, groups_.bar_of_block_[blocks_[i].number_of_all]);
    }
    kernels_.score(query_.data(), query_.size(), pointers.data(), count_, bar, scores.data(),
                   hits.data());
    for (std::size_t i = 0; i < count_; ++i) {
      for (unsigned rest = hits[i]; rest != 0; rest &= rest - 1) {
        const auto lane = static_cast<std::uint32_t>(__builtin_ctz(rest));
        take(blocks_[i], lane, scores[i * kBlockRows + lane]);
      }
    }
    count_ = 0;
  }

  struct Block {
    const Partition* partition = nullptr;
    std::uint32_t number = 0;         // in the partition
    std::uint32_t number_of_all = 0;  // among all
  };

  void take(const Block& block, std::uint32_t lane, float score) {
    const std::uint32_t group = groups_.group_of_row_[block.number_of_all * kBlockRows + lane];
    if (group == GroupedItems::kNoGroup || score < groups_.bars_[group]) return;
    score = std::min(score, 1.0F);  // as similarity() does
    float& best = buffers_.best[group];
    if (score < best) return;
    if (best == -kNever) buffers_.touched.push_back(group);
    best = std::max(best, score - 2 * groups_.error_);
    buffers_.candidates.push_back({block.partition,
                                   block.number * static_cast<std::uint32_t>(kBlockRows) + lane,
                                   group, score});
  }

  static Buffers& buffers() {
    thread_local Buffers of_this_thread;
    return of_this_thread;
  }

  const PreparedGroups& groups_;
  const IndexState& state_;
  std::span<const float> query_;
  const Kernels& kernels_;
  Buffers& buffers_ = buffers();
  std::array<Block, kBlocksAtOnce> blocks_{};
  std::size_t count_ = 0;  // of them
};

std::shared_ptr<const PreparedGroups> PreparedGroups::of(const GroupedItems& items,
                                                         const IndexState& state,
                                                         const StateVersion& version) {
  auto prepared = std::dynamic_pointer_cast<const PreparedGroups>(items.note());
  if (!prepared || !(prepared->version_ == version)) {
    prepared = std::make_shared<const PreparedGroups>(items, state, version);
    items.leave(prepared);
  }
  return prepared;
}

PreparedGroups::PreparedGroups(const GroupedItems& items, const IndexState& state,
                               StateVersion version)
    : version_(std::move(version)),
      error_(static_cast<float>(score_error(state.centroids.dimension()) * (1 + kQueryError) *
                                (1 + state.length_error) * 1.01)),
      length_error_(static_cast<float>((1 + kQueryError) * (1 + state.length_error) - 1) +
                    kAngleSlack),
      cos_reach_(state.centroids.padded_size()) {
  for (const float limit : items.limits()) {
    bars_.push_back(NeighborCollector::threshold_for(limit, error_));
  }
  group_of_row_.reserve(state.rows + state.rows / 8);
  for (std::size_t p = 0; p < state.partitions.size(); ++p) prepare(state.partition(p), items);
  first_block_.push_back(static_cast<std::uint32_t>(bar_of_block_.size()));
}

void PreparedGroups::prepare(const Partition& partition, const GroupedItems& items) {
  const std::size_t p = first_block_.size();
  const auto first = static_cast<std::uint32_t>(bar_of_block_.size());
  first_block_.push_back(first);
  group_of_partition_.push_back(GroupedItems::kNoGroup);
  const auto join = [](std::uint32_t& group, std::uint32_t other) {
    if (other == GroupedItems::kNoGroup || group == other) return;
    group = group == GroupedItems::kNoGroup ? other : kSeveral;
  };
  float reach_of_all = -1;
  for (std::uint32_t b = 0; b < partition.blocks(); ++b) {
    float bar = kNever;
    std::uint32_t only = GroupedItems::kNoGroup;
    for (std::size_t row = b * kBlockRows; row < (b + 1) * kBlockRows; ++row) {
      const std::uint32_t group =
          row < partition.rows() ? items.group_of(partition.id(row)) : GroupedItems::kNoGroup;
      group_of_row_.push_back(group);
      if (group == GroupedItems::kNoGroup) continue;
      bar = std::min(bar, bars_[group]);
      join(only, group);
    }
    bar_of_block_.push_back(bar);
    group_of_block_.push_back(only);
    join(group_of_partition_.back(), only);
    if (bar == kNever) {
      near_.push_back(kNever);
      far_.push_back(-kNever);
      continue;
    }
    // A row x that counts has x.q >= bar: see PartitionSearch::update_reach.
    const float reach = angle_of(std::clamp(bar - length_error_, -1.0F, 1.0F)) + kAngleSlack;
    near_.push_back(partition.near_angles()[b] - reach);
    far_.push_back(partition.far_angles()[b] + reach);
    reach_of_all = std::max(reach_of_all, far_.back());
  }
  if (p >= cos_reach_.size()) return;  // a flat index has no centroids
  cos_reach_[p] = reach_of_all < 0 ? 2.0F : reach_of_all >= kPi ? -1.0F : std::cos(reach_of_all);
}

std::vector<GroupBest> PreparedGroups::search(const IndexState& state, std::span<const float> query,
                                              const GroupedItems& items,
                                              std::span<const std::uint32_t> without) const {
  Search search(*this, state, query, without);
  if (state.flat()) {
    search.visit_all();
  } else {
    search.visit_near();
  }
  return search.finish(items.limits());
}

}  // namespace simdb
