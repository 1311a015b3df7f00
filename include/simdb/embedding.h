#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace simdb {

inline constexpr std::size_t kMaxDimension = 4096;

/// True for 1, 2, ... 4,096.
constexpr bool is_valid_dimension(std::size_t dimension) noexcept {
  return dimension != 0 && dimension <= kMaxDimension;
}

/// Throws Error(kUsage) unless is_valid_dimension(dimension).
void require_valid_dimension(std::size_t dimension);

/// A point on the unit sphere: finite, Euclidean length 1 (to float accuracy), a valid dimension.
/// The dot product of two embeddings is their cosine similarity, in [-1, 1]. Immutable value;
/// thread-safe to read.
class Embedding {
 public:
  /// Scales `raw` to length 1. Throws Error(kBadInput) on NaN, infinity or the zero vector,
  /// Error(kUsage) on an invalid dimension.
  static Embedding normalized(std::span<const float> raw);

  /// Takes stored values as they are, bit for bit. Throws Error(kCorruption) unless they are finite
  /// and of length 1 within 1e-3: decoding verifies, it never repairs.
  static Embedding from_unit(std::span<const float> unit);

  std::span<const float> values() const noexcept { return values_; }
  std::size_t dimension() const noexcept { return values_.size(); }

  friend bool operator==(const Embedding&, const Embedding&) = default;

 private:
  explicit Embedding(std::span<const float> values) : values_(values.begin(), values.end()) {}

  std::vector<float> values_;
};

/// Many embeddings of one dimension in one contiguous row-major array (rows x dimension). Every row
/// holds Embedding's invariant. Thread-compatible.
class EmbeddingBatch {
 public:
  /// An empty batch. Throws Error(kUsage) on an invalid dimension.
  explicit EmbeddingBatch(std::size_t dimension);

  /// What is appended may be rows of this batch itself.
  /// Appends `raw` scaled to length 1; errors as Embedding::normalized, the batch is then
  /// unchanged.
  void append_normalized(std::span<const float> raw);
  /// Appends stored values bit for bit; errors as Embedding::from_unit, the batch is then
  /// unchanged.
  void append_unit(std::span<const float> unit);
  /// Throws Error(kUsage) if the dimensions differ.
  void append(const Embedding& embedding);
  void append(const EmbeddingBatch& other);
  void reserve(std::size_t rows) { values_.reserve(rows * dimension_); }
  void clear() noexcept { values_.clear(); }

  std::size_t rows() const noexcept { return values_.size() / dimension_; }
  std::size_t dimension() const noexcept { return dimension_; }
  bool empty() const noexcept { return values_.empty(); }
  /// rows() * dimension() floats.
  std::span<const float> values() const noexcept { return values_; }
  /// Row `i` < rows(), `dimension()` floats.
  std::span<const float> row(std::size_t i) const noexcept {
    return std::span(values_).subspan(i * dimension_, dimension_);
  }
  Embedding at(std::size_t i) const { return Embedding::from_unit(row(i)); }

 private:
  void require_dimension(std::size_t dimension) const;
  void append_values(std::span<const float> values);

  std::size_t dimension_;
  std::vector<float> values_;
};

/// The square of the Euclidean length, accumulated in double.
double squared_length(std::span<const float> values);

/// Rounded to floats, a vector no longer has a length of exactly 1, so the similarity of a vector
/// to itself may fall short of 1, by less than this.
inline constexpr float kSimilarityTolerance = 4 * std::numeric_limits<float>::epsilon();

/// Cosine similarity of two unit vectors of equal dimension, accumulated in double, in [-1, 1].
/// Throws Error(kUsage) if the dimensions differ.
float similarity(std::span<const float> a, std::span<const float> b);

}  // namespace simdb
