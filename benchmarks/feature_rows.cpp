#include "benchmarks/feature_rows.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "simdb/error.h"

namespace simdb::bench {

void FeatureRows::append_normalized(std::span<const float> raw) {
  if (raw.size() != dimension_) {
    throw Error(ErrorCode::kUsage, "a row of " + std::to_string(raw.size()) +
                                       " floats among rows of " + std::to_string(dimension_));
  }
  const double length = std::sqrt(dot(raw, raw));
  if (length > 0) {
    std::transform(raw.begin(), raw.end(), std::back_inserter(values_),
                   [&](float value) { return static_cast<float>(value / length); });
  } else {
    values_.push_back(1);
    values_.insert(values_.end(), dimension_ - 1, 0.0F);
  }
}

FeatureRows prefix_of(const FeatureRows& rows, std::size_t count) {
  if (count == 0 || count > rows.dimension()) {
    throw Error(ErrorCode::kUsage, "can't cut " + std::to_string(rows.dimension()) +
                                       " floats to their first " + std::to_string(count));
  }
  FeatureRows cut(count);
  for (std::size_t i = 0; i < rows.rows(); ++i) cut.append_normalized(rows.row(i).first(count));
  return cut;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += static_cast<double>(a[d]) * b[d];
  return sum;
}

}  // namespace simdb::bench
