#include "encoder/training/yardstick.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "encoder/training/baselines.h"

namespace simdb::training {
namespace {

// What a large network takes seconds for.
constexpr std::size_t kMostForRivals = 1500;

double log_odds(double share) noexcept {
  constexpr double kSure = 1e-3;
  const double inside = std::clamp(share, kSure, 1 - kSure);
  return std::log(inside / (1 - inside));
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

NewClassScore Yardstick::score(const torch::Tensor& queries) const {
  if (shots_ == 0) return {};
  return score_new_classes(queries.index_select(0, torch::tensor(scored_)), labels_, shots_, seed_);
}

std::vector<BaselineScore> Yardstick::baselines(const LabeledImages& images,
                                                const LabeledImages& training,
                                                std::span<const Rival> rivals) const {
  const Samples& queries = validation_.queries();
  const Samples& gallery = validation_.gallery();
  std::vector<std::size_t> all_rows;
  std::vector<int> all_labels;
  if (shots_ > 0) all_rows = choose_scored(training.labels, shots_, seed_);
  for (const std::size_t row : all_rows) all_labels.push_back(training.labels[row]);
  std::vector<BaselineScore> scores;
  const auto add = [&](std::string name, const auto& rows_of) {
    const torch::Tensor rows = rows_of(images, queries.rows);
    const torch::Tensor others =
        gallery.labels.empty() ? torch::Tensor() : rows_of(training, gallery.rows);
    const NewClassScore own = score(rows);
    double all = 0;
    if (own.ways > 0) {
      all = score_new_classes(rows_of(training, all_rows), all_labels, shots_, seed_,
                              static_cast<std::size_t>(own.ways))
                .accuracy;
    }
    scores.push_back({std::move(name),
                      share_of_nearest(rows, queries.labels, others, gallery.labels), own.accuracy,
                      all});
  };
  for (const std::string_view name : kBaselines) {
    add(std::string(name), [&](const LabeledImages& from, std::span<const std::size_t> rows) {
      return baseline_rows(name, from, rows);
    });
  }
  if (queries.size() + gallery.size() > kMostForRivals) return scores;
  for (const Rival& rival : rivals) {
    add(rival.name, [&](const LabeledImages& from, std::span<const std::size_t> rows) {
      return encoder_rows(*rival.encoder, from, rows);
    });
  }
  return scores;
}

}  // namespace simdb::training
