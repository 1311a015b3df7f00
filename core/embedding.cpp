#include "simdb/embedding.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "simdb/error.h"

namespace simdb {
namespace {

// Float rounding moves the length of a normalised vector by about 1e-7; anything near 1e-3 is
// damage.
constexpr double kUnitTolerance = 1e-3;

// The factor that brings `raw` to length 1.
double scale_to_unit(std::span<const float> raw) {
  require_valid_dimension(raw.size());
  const double length = std::sqrt(squared_length(raw));
  if (!std::isfinite(length)) {
    throw Error(ErrorCode::kBadInput, "an embedding can't hold NaN or infinity");
  }
  if (length == 0) {
    throw Error(ErrorCode::kBadInput, "the zero vector has no direction and is no embedding");
  }
  return 1 / length;
}

void require_unit(std::span<const float> unit) {
  if (!is_valid_dimension(unit.size())) {
    throw Error(ErrorCode::kCorruption,
                "stored embedding has " + std::to_string(unit.size()) + " values");
  }
  const double length = squared_length(unit);
  if (!(std::abs(length - 1) <= 2 * kUnitTolerance)) {  // also false for NaN
    throw Error(ErrorCode::kCorruption, "stored embedding is not of unit length (squared length " +
                                            std::to_string(length) + ")");
  }
}

}  // namespace

double squared_length(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return sum;
}

void require_valid_dimension(std::size_t dimension) {
  if (!is_valid_dimension(dimension)) {
    throw Error(ErrorCode::kUsage, "dimension " + std::to_string(dimension) +
                                       " is not between 1 and " + std::to_string(kMaxDimension));
  }
}

Embedding Embedding::normalized(std::span<const float> raw) {
  const double scale = scale_to_unit(raw);
  Embedding embedding(raw);
  for (float& value : embedding.values_) value = static_cast<float>(value * scale);
  return embedding;
}

Embedding Embedding::from_unit(std::span<const float> unit) {
  require_unit(unit);
  return Embedding(unit);
}

EmbeddingBatch::EmbeddingBatch(std::size_t dimension) : dimension_(dimension) {
  require_valid_dimension(dimension);
}

void EmbeddingBatch::require_dimension(std::size_t dimension) const {
  if (dimension != dimension_) {
    throw Error(ErrorCode::kUsage, "an embedding of dimension " + std::to_string(dimension) +
                                       " does not fit a batch of dimension " +
                                       std::to_string(dimension_));
  }
}

void EmbeddingBatch::append_normalized(std::span<const float> raw) {
  require_dimension(raw.size());
  const double scale = scale_to_unit(raw);
  const std::size_t first = values_.size();
  append_values(raw);
  for (float& value : std::span(values_).subspan(first)) {
    value = static_cast<float>(value * scale);
  }
}

void EmbeddingBatch::append_unit(std::span<const float> unit) {
  require_dimension(unit.size());
  require_unit(unit);
  append_values(unit);
}

void EmbeddingBatch::append(const Embedding& embedding) {
  require_dimension(embedding.dimension());
  append_values(embedding.values());
}

void EmbeddingBatch::append(const EmbeddingBatch& other) {
  require_dimension(other.dimension_);
  append_values(other.values_);
}

void EmbeddingBatch::append_values(std::span<const float> values) {
  const float* const begin = values_.data();
  const bool is_own = !values_.empty() && std::less_equal<>()(begin, values.data()) &&
                      std::less<>()(values.data(), begin + values_.size());
  if (!is_own) {
    values_.insert(values_.end(), values.begin(), values.end());
    return;
  }
  // They may move while they are copied.
  const auto place = static_cast<std::size_t>(values.data() - begin);
  const std::size_t end = values_.size();
  values_.resize(end + values.size());
  std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(place), values.size(),
              values_.begin() + static_cast<std::ptrdiff_t>(end));
}

float similarity(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) {
    throw Error(ErrorCode::kUsage, "can't compare embeddings of dimension " +
                                       std::to_string(a.size()) + " and " +
                                       std::to_string(b.size()));
  }
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return static_cast<float>(std::clamp(sum, -1.0, 1.0));
}

}  // namespace simdb
