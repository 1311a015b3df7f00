#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "index/kernels_internal.h"

namespace simdb {

/// The centroids of the partitions, in blocks, each with the radius that holds all rows of its
/// partition: the largest angle between the centroid and one of them. Thread-compatible.
class Centroids {
 public:
  explicit Centroids(std::size_t dimension) : dimension_(dimension) {}

  void append(std::span<const float> centroid, float radius);
  void replace(std::size_t i, std::span<const float> centroid, float radius);
  void set_radius(std::size_t i, float radius) noexcept;
  /// Puts the last one in the place of `i`.
  void remove(std::size_t i) noexcept;
  /// Makes room, so that the next `more` appends do not throw.
  void reserve(std::size_t more);

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t dimension() const noexcept { return dimension_; }
  std::vector<float> centroid(std::size_t i) const;

  /// size() rounded up to a multiple of 16: the room that score() and select() write to.
  std::size_t padded_size() const noexcept { return block_pointers_.size() * kBlockRows; }
  /// Scores of all centroids against a query.
  void score(const Kernels& kernels, std::span<const float> query, float* scores,
             std::uint16_t* hits) const;
  /// The nearest centroid of each of `count` rows (row-major), by score.
  void nearest(const Kernels& kernels, const float* rows, std::size_t count,
               std::uint32_t* nearest) const;
  /// Partitions that may hold a row within `angle` (given by cosine and sine) of a query with these
  /// scores.
  std::size_t select(const Kernels& kernels, const float* scores, float cos_angle, float sin_angle,
                     float slack, std::uint32_t* selected) const {
    return kernels.select(scores, cos_radius_.data(), sin_radius_.data(), size_, cos_angle,
                          sin_angle, slack, selected);
  }

  std::size_t memory_bytes() const noexcept;

 private:
  struct Free {
    void operator()(float* memory) const noexcept;
  };
  float* value(std::size_t i) noexcept {  // the first; the others follow at distance kBlockRows
    return blocks_.get() + i / kBlockRows * kBlockRows * dimension_ + i % kBlockRows;
  }

  std::size_t dimension_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // a multiple of 16
  std::unique_ptr<float[], Free> blocks_;
  std::vector<const float*> block_pointers_;
  std::vector<float> cos_radius_;  // padded_size() of them
  std::vector<float> sin_radius_;
};

}  // namespace simdb
