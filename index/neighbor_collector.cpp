#include <algorithm>
#include <functional>

#include "index/neighbor_collector_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kSlack = 256;

}  // namespace

void NeighborCollector::offer(const Partition& partition, std::size_t row, float score) {
  score = std::clamp(score, -1.0F, 1.0F);  // as similarity() does
  if (score < threshold_) return;
  candidates_.push_back({&partition, row, {}, score, false});
  if (k_ == std::numeric_limits<std::size_t>::max()) return;
  if (best_.size() < k_) {
    best_.push_back(score);
    std::push_heap(best_.begin(), best_.end(), std::greater<>());
    if (best_.size() < k_) return;
  } else if (score > best_.front()) {
    std::pop_heap(best_.begin(), best_.end(), std::greater<>());
    best_.back() = score;
    std::push_heap(best_.begin(), best_.end(), std::greater<>());
  }
  threshold_ = threshold_for(best_.front(), error_);
  if (candidates_.size() >= 2 * k_ + kSlack) drop_hopeless();
}

// Keeps the candidates from growing with every row that ties: first by score, then, where that
// leaves many, by their true rank.
void NeighborCollector::drop_hopeless() {
  std::erase_if(candidates_, [&](const Candidate& c) { return c.score < threshold_; });
  if (candidates_.size() >= k_ + k_ / 2 + kSlack / 2) rank();
}

void NeighborCollector::rank() {
  std::erase_if(candidates_, [&](const Candidate& c) { return c.score < threshold_; });
  std::vector<float> values(query_.size());
  for (Candidate& candidate : candidates_) {
    if (candidate.ranked) continue;
    candidate.partition->read(candidate.row, values.data());
    candidate.neighbor = {candidate.partition->id(candidate.row), similarity(query_, values)};
    candidate.ranked = true;
  }
  const std::size_t kept = std::min(k_, candidates_.size());
  std::partial_sort(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(kept),
                    candidates_.end(), [](const Candidate& a, const Candidate& b) {
                      return ranks_before(a.neighbor, b.neighbor);
                    });
  candidates_.resize(kept);
}

std::vector<Neighbor> NeighborCollector::finish(float minimum) {
  rank();
  std::vector<Neighbor> neighbors;
  neighbors.reserve(candidates_.size());
  for (const Candidate& candidate : candidates_) {
    if (candidate.neighbor.similarity >= minimum) neighbors.push_back(candidate.neighbor);
  }
  return neighbors;
}

}  // namespace simdb
