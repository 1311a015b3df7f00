#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace simdb::bench {

/// Rows of length 1 and of any number of floats: pixels and gradients have more than an embedding
/// may have. Thread-compatible.
class FeatureRows {
 public:
  explicit FeatureRows(std::size_t dimension) : dimension_(dimension) {}

  /// Appends `raw` scaled to length 1; a row of zeros becomes the first axis. Throws Error(kUsage)
  /// for another number of floats.
  void append_normalized(std::span<const float> raw);

  std::size_t rows() const noexcept { return values_.size() / dimension_; }
  std::size_t dimension() const noexcept { return dimension_; }
  std::span<const float> row(std::size_t i) const noexcept {
    return std::span(values_).subspan(i * dimension_, dimension_);
  }

 private:
  std::size_t dimension_;
  std::vector<float> values_;
};

/// The first `count` floats of every row, scaled to length 1 again: what a nested embedding is cut
/// to. Throws Error(kUsage) unless 0 < count <= the dimension.
FeatureRows prefix_of(const FeatureRows& rows, std::size_t count);

/// Sum of products, in double. Both have the same length.
double dot(std::span<const float> a, std::span<const float> b);

}  // namespace simdb::bench
