#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "index/partition_internal.h"
#include "simdb/item.h"

namespace simdb {

/// Gathers rows by their float scores and in the end ranks them by similarity(), in double. With
/// `error` bounding how far a score is from the true value, nothing that belongs into the answer is
/// ever turned away: of the k nearest rows each has a score of at least (k-th best score) - 2
/// error.
class NeighborCollector {
 public:
  /// For the k nearest.
  static NeighborCollector nearest(std::span<const float> query, std::size_t k, float error) {
    return {query, k, -std::numeric_limits<float>::infinity(), error};
  }
  /// For all with similarity >= minimum.
  static NeighborCollector within(std::span<const float> query, float minimum, float error) {
    return {query, std::numeric_limits<std::size_t>::max(), threshold_for(minimum, error), error};
  }

  /// What a row must score to have a similarity of `lowest`. Similarities end at -1 and scores
  /// don't (rows may be a little longer than 1), so a bar at that end lets everything through.
  static float threshold_for(float lowest, float error) noexcept {
    const float threshold = lowest - 2 * error;
    return threshold > -1 ? threshold : -std::numeric_limits<float>::infinity();
  }

  /// Rows with a lower score can't belong to the answer. Never falls.
  float threshold() const noexcept { return threshold_; }

  /// Takes up a row. Its partition must outlive the collector.
  void offer(const Partition& partition, std::size_t row, float score);

  /// Forgets the rows, but not the threshold: call it before all rows are offered once more.
  void start_again() noexcept;

  /// The answer, in the order of ranks_before: at most k, or those with similarity >= `minimum`.
  std::vector<Neighbor> finish(float minimum = -2);

 private:
  struct Candidate {
    const Partition* partition = nullptr;
    std::uint32_t row = 0;
    float score = 0;
  };

  static constexpr std::size_t kAtFirst = 64;

  NeighborCollector(std::span<const float> query, std::size_t k, float threshold, float error)
      : query_(query), k_(k), threshold_(threshold), error_(error) {
    candidates_.reserve(kAtFirst);
  }
  bool keep_best(float score);  // false as long as there are less than k
  void count(float score);
  void drop_hopeless();
  std::vector<Neighbor> rank();  // keeps the best k candidates, and these are they

  std::span<const float> query_;
  std::size_t k_;
  float threshold_;
  float error_;
  std::vector<float> best_;            // for few: the k best scores, a heap with the lowest on top
  std::vector<std::uint32_t> bins_;    // for many: how many scores were taken up, by their height
  std::size_t lowest_bin_ = 0;         // that the k best reach down to
  std::size_t counted_ = 0;            // scores in it and above
  std::vector<Candidate> candidates_;  // all with score >= threshold_ at the time
};

}  // namespace simdb
