#include "encoder/episodes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random_order.h"

namespace simdb {
namespace {

using Rows = std::vector<std::size_t>;

/// Classes that episodes are drawn from together.
using Pool = std::vector<Rows>;

void require_valid(const EmbeddingBatch& embeddings, std::span<const int> labels,
                   const EpisodeOptions& options, std::span<const int> parents) {
  const auto refuse = [](const std::string& why) { throw Error(ErrorCode::kUsage, why); };
  if (options.ways < 2) refuse("an episode needs at least 2 classes (ways)");
  if (options.shots == 0) refuse("an episode needs at least 1 support image a class (shots)");
  if (options.episodes == 0) refuse("at least 1 episode must be drawn");
  if (labels.size() != embeddings.rows()) {
    refuse(std::to_string(embeddings.rows()) + " embeddings but " + std::to_string(labels.size()) +
           " labels");
  }
  const int highest = labels.empty() ? -1 : *std::max_element(labels.begin(), labels.end());
  if (!parents.empty() && highest >= static_cast<int>(parents.size())) {
    refuse(std::to_string(parents.size()) + " parents but a label " + std::to_string(highest));
  }
}

/// In the order of parents and labels, so that one seed means one sequence of episodes.
std::vector<Pool> make_pools(std::span<const int> labels, const EpisodeOptions& options,
                             std::span<const int> parents) {
  std::map<int, Rows> classes;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] >= 0) classes[labels[row]].push_back(row);
  }
  std::map<int, Pool> by_parent;
  std::size_t largest = 0;
  for (auto& [label, rows] : classes) {
    if (rows.size() <= options.shots) continue;
    Pool& pool = by_parent[parents.empty() ? 0 : parents[static_cast<std::size_t>(label)]];
    pool.push_back(std::move(rows));
    largest = std::max(largest, pool.size());
  }
  std::vector<Pool> pools;
  for (auto& [parent, pool] : by_parent) {
    if (pool.size() >= options.ways) pools.push_back(std::move(pool));
  }
  if (pools.empty()) {
    throw Error(ErrorCode::kBadInput,
                "can't draw " + std::to_string(options.ways) + " classes with " +
                    std::to_string(options.shots + 1) + " images each: " +
                    (parents.empty() ? "there are" : "the largest folder of classes has") +
                    " only " + std::to_string(largest) +
                    " such; ask for fewer ways or shots, or add images");
  }
  return pools;
}

// Similarity is linear, so the mean over the support is the similarity to its mean; the common
// factor 1 / shots changes no order.
std::vector<double> sum_of(const EmbeddingBatch& embeddings, std::span<const std::size_t> rows) {
  std::vector<double> sum(embeddings.dimension());
  for (const std::size_t row : rows) {
    const std::span<const float> values = embeddings.row(row);
    for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += values[d];
  }
  return sum;
}

double dot(std::span<const double> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += a[d] * b[d];
  return sum;
}

/// How many of the `ways` queries of one episode are answered right.
std::size_t play(const EmbeddingBatch& embeddings, Pool& pool, const EpisodeOptions& options,
                 std::mt19937_64& random) {
  draw_to_front(std::span(pool), options.ways, random);
  std::vector<std::vector<double>> prototypes;
  for (std::size_t way = 0; way < options.ways; ++way) {
    draw_to_front(std::span(pool[way]), options.shots + 1, random);
    prototypes.push_back(sum_of(embeddings, std::span(pool[way]).first(options.shots)));
  }
  std::size_t right = 0;
  for (std::size_t way = 0; way < options.ways; ++way) {
    const std::span<const float> query = embeddings.row(pool[way][options.shots]);
    std::vector<double> scores;
    scores.reserve(options.ways);
    for (const std::vector<double>& prototype : prototypes) scores.push_back(dot(prototype, query));
    const auto best = std::max_element(scores.begin(), scores.end());
    if (best - scores.begin() == static_cast<std::ptrdiff_t>(way)) ++right;
  }
  return right;
}

}  // namespace

EpisodeScore score_episodes(const EmbeddingBatch& embeddings, std::span<const int> labels,
                            const EpisodeOptions& options, std::span<const int> parents) {
  require_valid(embeddings, labels, options, parents);
  std::vector<Pool> pools = make_pools(labels, options, parents);
  std::mt19937_64 random(options.seed);
  std::uint64_t right = 0;  // counted in whole answers, so that means are exact
  std::uint64_t squares = 0;
  for (std::size_t episode = 0; episode < options.episodes; ++episode) {
    Pool& pool = pools[draw_below(random, pools.size())];
    const std::uint64_t answers = play(embeddings, pool, options, random);
    right += answers;
    squares += answers * answers;
  }
  const auto count = static_cast<double>(options.episodes);
  const auto ways = static_cast<double>(options.ways);
  const double mean = static_cast<double>(right) / count;
  EpisodeScore score{mean / ways, 0};
  if (options.episodes > 1) {
    const double variance =
        std::max(0.0, static_cast<double>(squares) - mean * mean * count) / (count - 1);
    score.interval95 = 1.96 * std::sqrt(variance / count) / ways;
  }
  return score;
}

}  // namespace simdb
