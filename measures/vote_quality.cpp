#include "measures/vote_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/parallel.h"
#include "core/vote.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::array<std::size_t, 7> kNeighbors = {1, 3, 5, 10, 20, 50, 100};
constexpr std::array<double, 12> kTemperatures = {0.005, 0.007, 0.01, 0.014, 0.02, 0.03,
                                                  0.04,  0.05,  0.07, 0.1,   0.14, 0.2};
constexpr std::array<double, 3> kExponents = {0, 0.5, 1};

std::size_t bin_of(double confidence) {
  const double at = std::clamp(confidence, 0.0, 1.0) * kCalibrationBins;
  return std::min(static_cast<std::size_t>(at), kCalibrationBins - 1);
}

}  // namespace

std::vector<CalibrationBin> calibration_bins(std::span<const RatedAnswer> answers) {
  std::vector<CalibrationBin> bins(kCalibrationBins);
  for (const RatedAnswer& answer : answers) {
    CalibrationBin& bin = bins[bin_of(answer.confidence)];
    ++bin.answers;
    bin.confidence += answer.confidence;
    bin.accuracy += answer.is_right ? 1 : 0;
  }
  for (CalibrationBin& bin : bins) {
    if (bin.answers == 0) continue;
    bin.confidence /= static_cast<double>(bin.answers);
    bin.accuracy /= static_cast<double>(bin.answers);
  }
  return bins;
}

double calibration_error(std::span<const RatedAnswer> answers) {
  double error = 0;
  for (const CalibrationBin& bin : calibration_bins(answers)) {
    error += static_cast<double>(bin.answers) * std::abs(bin.confidence - bin.accuracy);
  }
  return answers.empty() ? 0 : error / static_cast<double>(answers.size());
}

VoteQuality quality_of(std::span<const LeftOutVote> rows, std::size_t k, const VoteRule& rule) {
  if (rows.empty()) throw Error(ErrorCode::kUsage, "there are no votes to rate");
  struct Tally {
    std::size_t rows = 0;
    std::size_t right = 0;
  };
  std::map<int, Tally> labels;
  for (const LeftOutVote& row : rows) ++labels[row.label].rows;
  std::vector<RatedAnswer> answers;
  answers.reserve(rows.size());
  VoteQuality quality;
  for (const LeftOutVote& row : rows) {
    const auto ranking =
        weighted_vote(std::span(row.voters).first(std::min(k, row.voters.size())), rule);
    const double confidence = ranking.empty() ? 0 : ranking.front().share;
    const bool is_right = !ranking.empty() && ranking.front().label == row.label;
    answers.push_back({confidence, is_right});
    const double difference = confidence - (is_right ? 1 : 0);
    quality.brier_score += difference * difference;
    labels[row.label].right += is_right ? 1 : 0;
    quality.accuracy += is_right ? 1 : 0;
  }
  quality.brier_score /= static_cast<double>(rows.size());
  quality.accuracy /= static_cast<double>(rows.size());
  for (const auto& [label, tally] : labels) {
    quality.balanced_accuracy +=
        static_cast<double>(tally.right) / static_cast<double>(tally.rows * labels.size());
  }
  quality.calibration_error = calibration_error(answers);
  return quality;
}

std::vector<VoteChoice> try_votes(std::span<const LeftOutVote> rows, std::size_t most,
                                  std::size_t threads) {
  std::vector<VoteChoice> choices;
  for (const std::size_t k : kNeighbors) {
    if (k > most) continue;
    for (const double temperature : kTemperatures) {
      for (const double exponent : kExponents) choices.push_back({k, {temperature, exponent}, {}});
    }
  }
  parallel_for(choices.size(), 1, threads == 0 ? core_count() : threads,
               [&](std::size_t first, std::size_t last) {
                 for (std::size_t i = first; i < last; ++i) {
                   choices[i].quality = quality_of(rows, choices[i].k, choices[i].rule);
                 }
               });
  return choices;
}

VoteChoice best_vote(std::span<const VoteChoice> choices, const VoteChoice& present,
                     std::size_t rows) {
  if (choices.empty() || rows == 0) throw Error(ErrorCode::kUsage, "there is no vote to choose");
  double accuracy = present.quality.accuracy;
  for (const VoteChoice& choice : choices) accuracy = std::max(accuracy, choice.quality.accuracy);
  const double enough = accuracy - std::sqrt(accuracy * (1 - accuracy) / static_cast<double>(rows));
  const VoteChoice* best = nullptr;
  for (const VoteChoice& choice : choices) {
    if (choice.quality.accuracy < enough) continue;
    if (best == nullptr || choice.quality.brier_score < best->quality.brier_score) best = &choice;
  }
  const bool present_will_do = present.quality.accuracy >= enough &&
                               (best == nullptr || present.quality.brier_score <=
                                                       best->quality.brier_score + kClearlyBetter);
  return present_will_do ? present : *best;
}

}  // namespace simdb
