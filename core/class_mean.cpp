#include "core/class_mean.h"

#include <cmath>
#include <string>

#include "simdb/error.h"

namespace simdb {
namespace {

// Unit vectors whose sum is shorter than this cancel out but for the rounding of their floats.
constexpr double kShortest = 1e-5;

}  // namespace

void ClassMean::add(std::span<const float> embedding) {
  if (embedding.size() != sum_.size()) {
    throw Error(ErrorCode::kUsage, "an embedding of dimension " + std::to_string(embedding.size()) +
                                       " does not fit a mean of dimension " +
                                       std::to_string(sum_.size()));
  }
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += static_cast<double>(embedding[i]);
}

std::optional<Embedding> ClassMean::direction() const {
  double square = 0;
  for (const double value : sum_) square += value * value;
  const double length = std::sqrt(square);
  if (length < kShortest) return std::nullopt;
  std::vector<float> unit;
  unit.reserve(sum_.size());
  for (const double value : sum_) unit.push_back(static_cast<float>(value / length));
  return Embedding::from_unit(unit);
}

}  // namespace simdb
