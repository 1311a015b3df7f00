#include "encoder/training/new_classes.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "core/random_order.h"
#include "measures/evaluation.h"

namespace simdb::training {
namespace {

constexpr std::size_t kMostClasses = 100;
constexpr std::size_t kMostImages = 20;
constexpr int kDraws = 40;

using Members = std::map<int, std::vector<std::int64_t>>;

/// Rows of the classes that have more than `shots`.
Members members_of(std::span<const int> labels, std::size_t shots) {
  Members members;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    members[labels[i]].push_back(static_cast<std::int64_t>(i));
  }
  std::erase_if(members, [&](const auto& entry) { return entry.second.size() <= shots; });
  return members;
}

/// The probability that none of `better` wrong classes is among `ways` - 1 that are drawn from all
/// `wrong` ones.
double chance_to_win(std::size_t better, std::size_t wrong, std::size_t ways) {
  double chance = 1;
  for (std::size_t i = 0; i + 1 < ways; ++i) {
    if (better + i >= wrong) return 0;
    chance *= static_cast<double>(wrong - better - i) / static_cast<double>(wrong - i);
  }
  return chance;
}

/// Of Student's distribution at 97.5 %, within 4 % from 4 degrees of freedom on.
double student_quantile(std::size_t degrees) {
  return 1.96 + 2.8 / static_cast<double>(std::max<std::size_t>(degrees, 1));
}

double interval_of(const std::map<int, double>& of_class, double mean) {
  if (of_class.size() < 2) return 1;
  double squares = 0;
  for (const auto& [label, accuracy] : of_class) squares += (accuracy - mean) * (accuracy - mean);
  const auto count = static_cast<double>(of_class.size());
  return student_quantile(of_class.size() - 1) * std::sqrt(squares / (count - 1) / count);
}

}  // namespace

std::vector<std::size_t> choose_scored(std::span<const int> labels, std::size_t shots,
                                       std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::vector<std::int64_t>> classes;
  for (auto& [label, rows] : members_of(labels, shots)) {
    shuffle_values(std::span(rows), random);
    rows.resize(std::min(rows.size(), kMostImages));
    classes.push_back(std::move(rows));
  }
  shuffle_values(std::span(classes), random);
  classes.resize(std::min(classes.size(), kMostClasses));
  std::vector<std::size_t> chosen;
  for (const auto& rows : classes) chosen.insert(chosen.end(), rows.begin(), rows.end());
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::size_t choose_shots(std::span<const int> labels) {
  constexpr std::size_t kUsual = 5;
  return 2 * members_of(labels, kUsual).size() >= members_of(labels, 1).size() &&
                 !members_of(labels, kUsual).empty()
             ? kUsual
             : 1;
}

NewClassScore score_new_classes(const torch::Tensor& rows, std::span<const int> labels,
                                std::size_t shots, std::uint64_t seed, std::size_t most_ways) {
  return score_likeness(rows.matmul(rows.t()), labels, shots, seed, most_ways);
}

NewClassScore score_likeness(const torch::Tensor& likeness, std::span<const int> labels,
                             std::size_t shots, std::uint64_t seed, std::size_t most_ways) {
  NewClassScore score;
  const Members members = members_of(labels, shots);
  if (members.size() < 2) return score;
  const std::size_t ways = std::min(most_ways, members.size());
  score.ways = static_cast<int>(ways);
  score.shots = static_cast<int>(shots);
  const torch::Tensor table = likeness.contiguous();
  const auto* alike = table.data_ptr<float>();
  const std::int64_t count = table.size(0);

  std::vector<std::pair<int, std::vector<std::int64_t>>> classes(members.begin(), members.end());
  std::map<int, std::pair<double, std::size_t>> sums;
  std::mt19937_64 random(seed);
  for (int draw = 0; draw < kDraws; ++draw) {
    for (auto& [label, images] : classes) shuffle_values(std::span(images), random);
    for (const auto& [label, images] : classes) {
      for (std::size_t q = shots; q < images.size(); ++q) {
        const float* row = alike + images[q] * count;
        const auto to_class = [&](const std::vector<std::int64_t>& known) {
          float sum = 0;
          for (std::size_t k = 0; k < shots; ++k) sum += row[known[k]];
          return sum;
        };
        const float own = to_class(images);
        std::size_t better = 0;
        for (const auto& [other, known] : classes) {
          if (other != label && to_class(known) >= own) ++better;
        }
        auto& [sum, asked] = sums[label];
        sum += chance_to_win(better, classes.size() - 1, ways);
        ++asked;
      }
    }
  }
  for (const auto& [label, sum] : sums) {
    score.of_class[label] = sum.first / static_cast<double>(sum.second);
    score.accuracy += score.of_class[label] / static_cast<double>(sums.size());
  }
  score.interval = interval_of(score.of_class, score.accuracy);
  return score;
}

double share_of_nearest(const torch::Tensor& queries, std::span<const int> query_labels,
                        const torch::Tensor& gallery, std::span<const int> gallery_labels) {
  if (query_labels.empty()) return 0;
  const bool each_other = !gallery.defined();
  torch::Tensor likeness = queries.matmul((each_other ? queries : gallery).t());
  if (each_other) likeness.fill_diagonal_(-2);
  const torch::Tensor nearest = likeness.argmax(1).contiguous();
  const auto* row = nearest.data_ptr<std::int64_t>();
  const std::span<const int> labels = each_other ? query_labels : gallery_labels;
  std::map<int, int> count;
  for (const int label : query_labels) ++count[label];
  std::vector<QueryResult> answers;
  for (std::size_t i = 0; i < query_labels.size(); ++i) {
    if (each_other && count[query_labels[i]] < 2) continue;
    const int found = labels[static_cast<std::size_t>(row[i])];
    answers.push_back({.recall_at_1 = found == query_labels[i] ? 1.0 : 0.0});
  }
  return mean_of(answers).recall_at_1;
}

torch::Tensor to_tensor(const EmbeddingBatch& embeddings) {
  const torch::Tensor rows = torch::empty({static_cast<std::int64_t>(embeddings.rows()),
                                           static_cast<std::int64_t>(embeddings.dimension())});
  const auto values = embeddings.values();
  std::copy(values.begin(), values.end(), rows.data_ptr<float>());
  return rows;
}

}  // namespace simdb::training
