#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "measures/vote_quality.h"

namespace simdb {

/// What comes of answering only the surest `coverage` of all images.
struct RiskPoint {
  double coverage = 0;  ///< share of the images that are answered, in (0, 1]
  double risk = 0;      ///< share of wrong answers among these

  friend bool operator==(const RiskPoint&, const RiskPoint&) = default;
};

/// The trade-off of errors and answers (El-Yaniv and Wiener, "On the Foundations of Noise-free
/// Selective Classification", JMLR 2010; Geifman and El-Yaniv, "Selective Classification for Deep
/// Neural Networks", NIPS 2017).
struct RiskCoverage {
  /// A point for each threshold that confidences can have: equal ones are answered together.
  /// Ascending by coverage; the last is 1 with the error of all. Empty for no answers.
  std::vector<RiskPoint> curve;
  /// AURC: the mean risk over the coverages 1/n, 2/n, ... 1 (Geifman, Uziel and El-Yaniv,
  /// "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", ICLR 2019), where equal
  /// confidences stand in random order. 0: no errors. Less is better; a confidence that tells
  /// nothing has the error of all.
  double area = 0;
};

/// Only the order of the confidences counts, so they may be any scores. n log n for n answers. Pure
/// and thread-safe.
RiskCoverage risk_coverage(std::span<const RatedAnswer> answers);

/// At most `most` points of a curve, at least 2, evenly over their places; the first and the last
/// stay.
std::vector<RiskPoint> thinned(std::span<const RiskPoint> curve, std::size_t most);

}  // namespace simdb
