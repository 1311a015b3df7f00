#include "measures/risk_coverage.h"

#include <algorithm>

namespace simdb {

RiskCoverage risk_coverage(std::span<const RatedAnswer> answers) {
  std::vector<RatedAnswer> surest(answers.begin(), answers.end());
  std::sort(surest.begin(), surest.end(),
            [](const RatedAnswer& a, const RatedAnswer& b) { return a.confidence > b.confidence; });
  const auto all = static_cast<double>(surest.size());
  RiskCoverage result;
  double wrong = 0;
  for (std::size_t first = 0; first < surest.size();) {
    std::size_t end = first;
    double more_wrong = 0;
    for (; end < surest.size() && surest[end].confidence == surest[first].confidence; ++end) {
      more_wrong += surest[end].is_right ? 0 : 1;
    }
    // In random order each of these has the same share of their errors.
    const double each = more_wrong / static_cast<double>(end - first);
    for (std::size_t i = first; i < end; ++i) {
      wrong += each;
      result.area += wrong / static_cast<double>(i + 1) / all;
    }
    result.curve.push_back({static_cast<double>(end) / all, wrong / static_cast<double>(end)});
    first = end;
  }
  return result;
}

std::vector<RiskPoint> thinned(std::span<const RiskPoint> curve, std::size_t most) {
  if (curve.size() <= most) return {curve.begin(), curve.end()};
  std::vector<RiskPoint> points;
  points.reserve(most);
  for (std::size_t i = 0; i < most; ++i) {
    points.push_back(curve[i * (curve.size() - 1) / (most - 1)]);
  }
  return points;
}

}  // namespace simdb
