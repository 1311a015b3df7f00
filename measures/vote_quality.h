#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "measures/evaluation.h"
#include "simdb/vote_rule.h"

namespace simdb {

/// An answer with its confidence, from 0 to 1.
struct RatedAnswer {
  double confidence = 0;
  bool is_right = false;
};

/// Expected calibration error: the mean difference of confidence and accuracy over bins of equal
/// width, weighted by their answers (Naeini et al., "Obtaining Well Calibrated Probabilities Using
/// Bayesian Binning", AAAI 2015; 15 bins as in Guo et al., "On Calibration of Modern Neural
/// Networks", ICML 2017). In [0, 1]; 0 for no answers.
inline constexpr std::size_t kCalibrationBins = 15;
double calibration_error(std::span<const RatedAnswer> answers);

/// What one bin of the reliability diagram holds.
struct CalibrationBin {
  std::size_t answers = 0;
  double confidence = 0;  ///< their mean
  double accuracy = 0;
};
std::vector<CalibrationBin> calibration_bins(std::span<const RatedAnswer> answers);

/// How good votes are. Rows nobody votes on count as wrong.
struct VoteQuality {
  double accuracy = 0;
  double balanced_accuracy = 0;  ///< mean of the labels' own accuracies
  /// Mean square of confidence - (1 if the answer is right, else 0) (Brier, "Verification of
  /// Forecasts Expressed in Terms of Probability", 1950): small if confidences hold and tell right
  /// from wrong.
  double brier_score = 0;
  double calibration_error = 0;
};

/// Lets the nearest `k` of each row's voters vote by `rule`. Throws Error(kUsage) if there are no
/// rows.
VoteQuality quality_of(std::span<const LeftOutVote> rows, std::size_t k, const VoteRule& rule);

/// How to vote, and what came of it.
struct VoteChoice {
  std::size_t k = 10;
  VoteRule rule;
  VoteQuality quality;
};

/// The choices that are tried: every k, temperature and exponent of a grid, k up to `most`.
std::vector<VoteChoice> try_votes(std::span<const LeftOutVote> rows, std::size_t most,
                                  std::size_t threads = 0);

/// The one of least Brier score among those whose accuracy is no more than a standard error below
/// the best accuracy; `present` if it is one of those and within kClearlyBetter of that score.
/// Throws Error(kUsage) if there are no choices or rows.
inline constexpr double kClearlyBetter = 0.0005;
VoteChoice best_vote(std::span<const VoteChoice> choices, const VoteChoice& present,
                     std::size_t rows);

}  // namespace simdb
