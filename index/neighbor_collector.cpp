#include <algorithm>
#include <bit>
#include <functional>

#include "index/neighbor_collector_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kSlack = 256;
// Up to so many neighbours a heap gives the best threshold after every row; for more it would take
// most of the time, and counts in bins give a threshold that is hardly lower.
constexpr std::size_t kMostInHeap = 16;
constexpr std::size_t kBins = 1024;

std::size_t bin_of(float score) {
  return std::min(static_cast<std::size_t>((score + 1) * (0.5F * kBins)), kBins - 1);
}

// No score in the bin is lower, however it was rounded.
float lowest_in(std::size_t bin) { return (static_cast<float>(bin) - 0.01F) / (0.5F * kBins) - 1; }

// Lower for the more similar: integers are sorted in half the time that candidates take. Floats are
// ordered like integers, but negative ones backwards.
std::uint64_t key_of(float similarity, std::size_t position) {
  constexpr std::uint32_t kSign = 0x80000000U;
  const auto bits = std::bit_cast<std::uint32_t>(similarity + 0.0F);  // -0 is as good as 0
  const std::uint32_t ascending = bits ^ ((bits & kSign) != 0 ? ~0U : kSign);
  return std::uint64_t{~ascending} << 32 | position;
}

}  // namespace

void NeighborCollector::offer(const Partition& partition, std::size_t row, float score) {
  score = std::clamp(score, -1.0F, 1.0F);  // as similarity() does
  if (score < threshold_) return;
  candidates_.push_back({&partition, static_cast<std::uint32_t>(row), score});
  if (k_ == std::numeric_limits<std::size_t>::max()) return;
  if (k_ > kMostInHeap) {
    count(score);
  } else if (!keep_best(score)) {
    return;
  }
  if (candidates_.size() >= 2 * k_ + kSlack) drop_hopeless();
}

bool NeighborCollector::keep_best(float score) {
  if (best_.size() < k_) {
    best_.push_back(score);
    std::push_heap(best_.begin(), best_.end(), std::greater<>());
    if (best_.size() < k_) return false;
  } else if (score > best_.front()) {
    std::pop_heap(best_.begin(), best_.end(), std::greater<>());
    best_.back() = score;
    std::push_heap(best_.begin(), best_.end(), std::greater<>());
  }
  threshold_ = std::max(threshold_, threshold_for(best_.front(), error_));
  return true;
}

void NeighborCollector::start_again() noexcept {
  candidates_.clear();
  best_.clear();
  bins_.clear();
  lowest_bin_ = 0;
  counted_ = 0;
}

void NeighborCollector::count(float score) {
  if (bins_.empty()) bins_.resize(kBins);
  const std::size_t bin = bin_of(score);
  ++bins_[bin];
  if (bin < lowest_bin_) return;
  ++counted_;
  if (counted_ - bins_[lowest_bin_] < k_) return;
  while (counted_ - bins_[lowest_bin_] >= k_) counted_ -= bins_[lowest_bin_++];
  threshold_ = std::max(threshold_, threshold_for(lowest_in(lowest_bin_), error_));
}

// Keeps the candidates from growing with every row that ties: first by score, then, where that
// leaves many, by their true rank.
void NeighborCollector::drop_hopeless() {
  std::erase_if(candidates_, [&](const Candidate& c) { return c.score < threshold_; });
  if (candidates_.size() >= k_ + k_ / 2 + kSlack / 2) rank();
}

std::vector<Neighbor> NeighborCollector::rank() {
  std::erase_if(candidates_, [&](const Candidate& c) { return c.score < threshold_; });
  std::vector<float> values(query_.size());
  std::vector<Neighbor> neighbors;
  std::vector<std::uint64_t> keys;
  neighbors.reserve(candidates_.size());
  keys.reserve(candidates_.size());
  for (const Candidate& candidate : candidates_) {
    candidate.partition->read(candidate.row, values.data());
    const float alike = similarity(query_, values);
    keys.push_back(key_of(alike, neighbors.size()));
    neighbors.push_back({candidate.partition->id(candidate.row), alike});
  }
  std::sort(keys.begin(), keys.end());
  const auto at = [](std::uint64_t key) { return static_cast<std::uint32_t>(key); };
  // Equal ones are in the order in which they came.
  for (auto first = keys.begin(); first != keys.end();) {
    const auto last = std::find_if(first, keys.end(),
                                   [&](std::uint64_t key) { return key >> 32 != *first >> 32; });
    std::sort(first, last, [&](std::uint64_t a, std::uint64_t b) {
      return neighbors[at(a)].id < neighbors[at(b)].id;
    });
    first = last;
  }
  keys.resize(std::min(k_, keys.size()));
  std::vector<Candidate> kept;
  std::vector<Neighbor> ranked;
  kept.reserve(keys.size());
  ranked.reserve(keys.size());
  for (const std::uint64_t key : keys) {
    kept.push_back(candidates_[at(key)]);
    ranked.push_back(neighbors[at(key)]);
  }
  candidates_ = std::move(kept);
  return ranked;
}

std::vector<Neighbor> NeighborCollector::finish(float minimum) {
  std::vector<Neighbor> neighbors = rank();
  const auto end = std::find_if(neighbors.begin(), neighbors.end(),
                                [&](const Neighbor& n) { return n.similarity < minimum; });
  neighbors.erase(end, neighbors.end());
  return neighbors;
}

}  // namespace simdb
