#include "encoder/training/typical_classes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "encoder/training/baselines.h"
#include "encoder/training/new_classes.h"
#include "encoder/training/split.h"
#include "encoder/training/validation.h"

namespace simdb::training {
namespace {

constexpr int kDraws = 32;
constexpr std::size_t kMostClasses = 100;

/// Everything the draws are judged by: for each baseline how alike the images are.
struct Looks {
  std::vector<int> labels;
  std::vector<torch::Tensor> likeness;
};

Looks look_at(const LabeledImages& images, std::size_t shots, std::uint64_t seed) {
  Looks looks;
  const std::vector<std::size_t> rows = choose_scored(images.labels, shots, seed);
  for (const std::size_t row : rows) looks.labels.push_back(images.labels[row]);
  for (const std::string_view name : kBaselines) {
    const torch::Tensor features = baseline_rows(name, images, rows);
    looks.likeness.push_back(features.matmul(features.t()));
  }
  return looks;
}

/// Some of the classes only.
Looks select(const Looks& all, const std::set<int>& classes) {
  Looks part;
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < all.labels.size(); ++i) {
    if (!classes.contains(all.labels[i])) continue;
    part.labels.push_back(all.labels[i]);
    rows.push_back(static_cast<std::int64_t>(i));
  }
  const torch::Tensor chosen = torch::tensor(rows);
  for (const torch::Tensor& likeness : all.likeness) {
    part.likeness.push_back(likeness.index_select(0, chosen).index_select(1, chosen));
  }
  return part;
}

/// Of each baseline; nothing if there are too few classes.
std::vector<double> score(const Looks& looks, std::size_t shots, std::uint64_t seed,
                          std::size_t ways) {
  std::vector<double> scores;
  for (const torch::Tensor& likeness : looks.likeness) {
    const NewClassScore found = score_likeness(likeness, looks.labels, shots, seed, ways);
    if (static_cast<std::size_t>(found.ways) < ways) return {};
    scores.push_back(found.accuracy);
  }
  return scores;
}

double variance(const std::vector<std::vector<double>>& draws, std::size_t baseline) {
  double sum = 0;
  double squares = 0;
  for (const auto& scores : draws) {
    sum += scores[baseline];
    squares += scores[baseline] * scores[baseline];
  }
  const auto count = static_cast<double>(draws.size());
  return (squares - sum * sum / count) / (count - 1);
}

}  // namespace

std::optional<ClassDraw> draw_typical_classes(const LabeledImages& images,
                                              const TrainOptions& options) {
  const std::size_t classes = images.classes.size();
  const double share = share_set_aside(classes, options);
  if (!sets_classes_aside(classes, options) || share == 0 || classes > kMostClasses ||
      images.pixels.empty()) {
    return {};
  }
  std::vector<int> parents;
  for (const int label : images.labels) {
    parents.push_back(images.parents.empty() ? 0 : images.parents[static_cast<std::size_t>(label)]);
  }
  const std::size_t shots = choose_shots(images.labels);
  const Looks looks = look_at(images, shots, options.seed);

  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;  // far apart
  std::optional<ClassDraw> best;
  double least = std::numeric_limits<double>::max();
  double aside_share = 0;
  std::vector<std::vector<double>> draws;
  std::map<std::size_t, std::vector<double>> scores_of_all;  // by ways, which hardly differ
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(i) * kStep;
    std::set<int> aside;
    for (const std::size_t row :
         split_off_classes(images.labels, parents, share, seed).validation) {
      aside.insert(images.labels[row]);
    }
    if (aside.size() < 2) return {};
    const std::size_t ways = std::min(kMostWays, aside.size());
    const auto [found, is_new] = scores_of_all.try_emplace(ways);
    if (is_new) found->second = score(looks, shots, options.seed, ways);
    const std::vector<double>& all = found->second;
    std::vector<double> own = score(select(looks, aside), shots, options.seed, ways);
    if (own.empty() || all.empty()) continue;
    double apart = 0;
    for (std::size_t b = 0; b < own.size(); ++b) apart += (own[b] - all[b]) * (own[b] - all[b]);
    draws.push_back(std::move(own));
    if (apart >= least) continue;
    least = apart;
    best = ClassDraw{seed, 0};
    aside_share = static_cast<double>(aside.size()) / static_cast<double>(classes);
  }
  if (!best || draws.size() < 2) return best;
  double mean = 0;
  for (std::size_t b = 0; b < kBaselines.size(); ++b)
    mean += variance(draws, b) / kBaselines.size();
  // Draws from a few classes have many in common: other classes differ more.
  best->spread = std::sqrt(std::max(0.0, mean) / (1 - std::min(aside_share, 0.9)));
  return best;
}

double choose_split(const LabeledImages& images, TrainOptions& options) {
  if (options.split_seed) return 0;
  const std::optional<ClassDraw> draw = draw_typical_classes(images, options);
  if (!draw) return 0;
  options.split_seed = draw->seed;
  return draw->spread;
}

}  // namespace simdb::training
