#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "index/centroids_internal.h"

namespace simdb {

void Centroids::Free::operator()(float* memory) const noexcept { std::free(memory); }

void Centroids::reserve(std::size_t more) {
  const std::size_t blocks = (size_ + more + kBlockRows - 1) / kBlockRows;
  if (blocks * kBlockRows > capacity_) {
    const std::size_t capacity = std::max(blocks, capacity_ / kBlockRows * 2) * kBlockRows;
    const std::size_t bytes = capacity * dimension_ * sizeof(float);
    std::unique_ptr<float[], Free> grown(
        static_cast<float*>(std::aligned_alloc(kBlockAlignment, bytes)));
    if (!grown) throw std::bad_alloc();
    std::memset(grown.get(), 0, bytes);
    if (blocks_) std::memcpy(grown.get(), blocks_.get(), capacity_ * dimension_ * sizeof(float));
    std::vector<const float*> pointers;
    pointers.reserve(capacity / kBlockRows);
    for (std::size_t b = 0; b < block_pointers_.size(); ++b) {
      pointers.push_back(grown.get() + b * kBlockRows * dimension_);
    }
    cos_radius_.reserve(capacity);
    sin_radius_.reserve(capacity);
    blocks_ = std::move(grown);
    block_pointers_ = std::move(pointers);
    capacity_ = capacity;
  }
}

void Centroids::append(std::span<const float> centroid, float radius) {
  reserve(1);
  if (size_ % kBlockRows == 0) {
    block_pointers_.push_back(blocks_.get() + size_ * dimension_);
    cos_radius_.resize(padded_size());
    sin_radius_.resize(padded_size());
  }
  ++size_;
  replace(size_ - 1, centroid, radius);
}

void Centroids::replace(std::size_t i, std::span<const float> centroid, float radius) {
  for (std::size_t d = 0; d < dimension_; ++d) value(i)[d * kBlockRows] = centroid[d];
  set_radius(i, radius);
}

void Centroids::set_radius(std::size_t i, float radius) noexcept {
  cos_radius_[i] = std::cos(radius);
  sin_radius_[i] = std::sin(radius);
}

void Centroids::remove(std::size_t i) noexcept {
  --size_;
  cos_radius_[i] = cos_radius_[size_];
  sin_radius_[i] = sin_radius_[size_];
  for (std::size_t d = 0; d < dimension_; ++d) {
    value(i)[d * kBlockRows] = value(size_)[d * kBlockRows];
    value(size_)[d * kBlockRows] = 0;
  }
  if (size_ % kBlockRows == 0) {
    block_pointers_.pop_back();
    cos_radius_.resize(padded_size());
    sin_radius_.resize(padded_size());
  }
}

std::vector<float> Centroids::centroid(std::size_t i) const {
  std::vector<float> values(dimension_);
  const float* first = blocks_.get() + i / kBlockRows * kBlockRows * dimension_ + i % kBlockRows;
  for (std::size_t d = 0; d < dimension_; ++d) values[d] = first[d * kBlockRows];
  return values;
}

void Centroids::score(const Kernels& kernels, std::span<const float> query, float* scores,
                      std::uint16_t* hits) const {
  kernels.score(query.data(), dimension_, block_pointers_.data(), block_pointers_.size(), 0, scores,
                hits);
}

void Centroids::nearest(const Kernels& kernels, const float* rows, std::size_t count,
                        std::uint32_t* nearest) const {
  std::vector<float> scores(std::max(count, padded_size()));
  const std::size_t grouped = count / Kernels::kGroup * Kernels::kGroup;
  kernels.nearest(rows, grouped, dimension_, blocks_.get(), size_, nearest, scores.data());
  std::vector<std::uint16_t> hits(block_pointers_.size());
  for (std::size_t r = grouped; r < count; ++r) {
    score(kernels, {rows + r * dimension_, dimension_}, scores.data(), hits.data());
    nearest[r] = static_cast<std::uint32_t>(kernels.largest(scores.data(), size_));
  }
}

std::size_t Centroids::memory_bytes() const noexcept {
  return capacity_ * (dimension_ + 2) * sizeof(float) +
         block_pointers_.capacity() * sizeof(const float*);
}

}  // namespace simdb
