#include "encoder/training/yardstick.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace simdb::training {
namespace {

double log_odds(double share) noexcept {
  constexpr double kSure = 1e-3;
  const double inside = std::clamp(share, kSure, 1 - kSure);
  return std::log(inside / (1 - inside));
}

/// Of all its classes.
NewClassScore score_classes(const Baseline& baseline, const LabeledImages& images,
                            std::size_t shots, std::uint64_t seed, std::size_t most_ways) {
  const std::vector<std::size_t> rows = choose_scored(images.labels, shots, seed);
  std::vector<int> labels;
  for (const std::size_t row : rows) labels.push_back(images.labels[row]);
  return score_new_classes(baseline.rows_of(images, rows), labels, shots, seed, most_ways);
}

}  // namespace

double expected(double measured, std::span<const BaselineScore> baselines) noexcept {
  const BaselineScore* best = nullptr;
  for (const BaselineScore& score : baselines) {
    if (score.all_class_accuracy == 0) continue;
    if (best == nullptr || score.new_class_accuracy > best->new_class_accuracy) best = &score;
  }
  if (best == nullptr || measured <= 0 || measured >= 1) return measured;
  const double shift = log_odds(best->all_class_accuracy) - log_odds(best->new_class_accuracy);
  return 1 / (1 + std::exp(-(log_odds(measured) + shift)));
}

NewClassScore score_all_classes(const Baseline& baseline, const LabeledImages& images,
                                std::uint64_t seed) {
  return score_classes(baseline, images, choose_shots(images.labels), seed, kMostWays);
}

Yardstick::Yardstick(const Validation& validation, std::uint64_t seed)
    : validation_(validation), seed_(seed) {
  if (validation.kind() != ValidationKind::kClasses) return;
  const std::vector<int>& labels = validation.queries().labels;
  shots_ = choose_shots(labels);
  for (const std::size_t row : choose_scored(labels, shots_, seed)) {
    scored_.push_back(static_cast<std::int64_t>(row));
    labels_.push_back(labels[row]);
  }
  if (std::set<int>(labels_.begin(), labels_.end()).size() < 2) shots_ = 0;
}

NewClassScore Yardstick::score(const torch::Tensor& queries, std::size_t most_ways) const {
  if (shots_ == 0) return {};
  return score_new_classes(queries.index_select(0, torch::tensor(scored_)), labels_, shots_, seed_,
                           most_ways);
}

BaselineScore Yardstick::judge(const Baseline& baseline, const LabeledImages& images,
                               const LabeledImages& training) const {
  const Samples& queries = validation_.queries();
  const Samples& gallery = validation_.gallery();
  BaselineScore score;
  score.name = baseline.name;
  const torch::Tensor rows = baseline.rows_of(images, queries.rows);
  const torch::Tensor others =
      gallery.labels.empty() ? torch::Tensor() : baseline.rows_of(training, gallery.rows);
  score.recall_at_1 = share_of_nearest(rows, queries.labels, others, gallery.labels);
  const NewClassScore own = this->score(rows);
  if (own.ways == 0) return score;
  score.new_class_accuracy = own.accuracy;
  score.all_class_accuracy =
      score_classes(baseline, training, shots_, seed_, static_cast<std::size_t>(own.ways)).accuracy;
  return score;
}

std::vector<BaselineScore> Yardstick::judge_all(std::vector<Baseline> baselines,
                                                std::span<const Rival> rivals,
                                                const LabeledImages& images,
                                                const LabeledImages& training) const {
  constexpr std::size_t kMostForRivals = 1500;
  if (validation_.queries().size() + validation_.gallery().size() <= kMostForRivals) {
    for (const Rival& rival : rivals) {
      baselines.push_back(encoder_baseline(rival.name, rival.encoder));
    }
  }
  std::vector<BaselineScore> scores;
  for (const Baseline& baseline : baselines) scores.push_back(judge(baseline, images, training));
  return scores;
}

}  // namespace simdb::training
