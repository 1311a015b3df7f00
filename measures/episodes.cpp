#include "measures/episodes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/random_order.h"
#include "measures/evaluation.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Rows = std::vector<std::size_t>;

/// Where the rows of an episode come from. The support and the queries may be one set; then an
/// image is never both.
struct Source {
  LabeledRowsView support;
  LabeledRowsView queries;
  bool one_set = false;
};

struct ClassRows {
  Rows support;
  Rows queries;  ///< empty with one set
};

/// Classes that episodes are drawn from together.
using Pool = std::vector<ClassRows>;

void require_labels(const LabeledRowsView& set, std::span<const int> parents) {
  const auto refuse = [](const std::string& why) { throw Error(ErrorCode::kUsage, why); };
  if (set.labels.size() != set.rows.rows()) {
    refuse(std::to_string(set.rows.rows()) + " embeddings but " +
           std::to_string(set.labels.size()) + " labels");
  }
  const int highest =
      set.labels.empty() ? -1 : *std::max_element(set.labels.begin(), set.labels.end());
  if (!parents.empty() && highest >= static_cast<int>(parents.size())) {
    refuse(std::to_string(parents.size()) + " parents but a label " + std::to_string(highest));
  }
}

std::map<int, ClassRows> rows_by_class(const Source& source) {
  std::map<int, ClassRows> classes;
  const auto collect = [&](std::span<const int> labels, Rows ClassRows::* place) {
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (labels[row] >= 0) (classes[labels[row]].*place).push_back(row);
    }
  };
  collect(source.support.labels, &ClassRows::support);
  if (!source.one_set) collect(source.queries.labels, &ClassRows::queries);
  return classes;
}

[[noreturn]] void refuse_to_draw(const Source& source, const EpisodeOptions& options,
                                 bool has_parents, std::size_t largest) {
  const std::string images = source.one_set
                                 ? std::to_string(options.shots + 1) + " images each"
                                 : std::to_string(options.shots) + " items and a query image each";
  throw Error(ErrorCode::kBadInput,
              "can't draw " + std::to_string(options.ways) + " classes with " + images + ": " +
                  (has_parents ? "the largest folder of classes has" : "there are") + " only " +
                  std::to_string(largest) + " such; ask for fewer ways or shots, or add images");
}

/// In the order of parents and labels, so that one seed means one sequence of episodes.
std::vector<Pool> make_pools(const Source& source, const EpisodeOptions& options,
                             std::span<const int> parents) {
  std::map<int, Pool> by_parent;
  std::size_t largest = 0;
  for (auto& [label, rows] : rows_by_class(source)) {
    const bool enough = source.one_set
                            ? rows.support.size() > options.shots
                            : rows.support.size() >= options.shots && !rows.queries.empty();
    if (!enough) continue;
    Pool& pool = by_parent[parents.empty() ? 0 : parents[static_cast<std::size_t>(label)]];
    pool.push_back(rows);
    largest = std::max(largest, pool.size());
  }
  std::vector<Pool> pools;
  for (auto& [parent, pool] : by_parent) {
    if (pool.size() >= options.ways) pools.push_back(std::move(pool));
  }
  if (pools.empty()) refuse_to_draw(source, options, !parents.empty(), largest);
  return pools;
}

/// How many of the `ways` queries of one episode are answered right.
std::size_t play(const Source& source, Pool& pool, const EpisodeOptions& options,
                 std::mt19937_64& random) {
  draw_to_front(std::span(pool), options.ways, random);
  const std::size_t dimension = source.support.rows.dimension();
  EmbeddingBatch support(dimension);
  EmbeddingBatch queries(dimension);
  std::vector<int> support_ways;
  std::vector<int> query_ways;
  for (std::size_t way = 0; way < options.ways; ++way) {
    ClassRows& rows = pool[way];
    std::size_t query = 0;
    if (source.one_set) {
      draw_to_front(std::span(rows.support), options.shots + 1, random);
      query = rows.support[options.shots];
    } else {
      draw_to_front(std::span(rows.support), options.shots, random);
      query = rows.queries[draw_below(random, rows.queries.size())];
    }
    queries.append_unit(source.queries.rows.row(query));
    query_ways.push_back(static_cast<int>(way));
    for (const std::size_t row : std::span(rows.support).first(options.shots)) {
      support.append_unit(source.support.rows.row(row));
      support_ways.push_back(static_cast<int>(way));
    }
  }
  return std::ranges::count_if(
      look_up(queries, query_ways, support, support_ways, {.threads = 1}),
      [](const QueryResult& result) { return result.predicted == result.label; });
}

EpisodeScore score(const Source& source, const EpisodeOptions& options,
                   std::span<const int> parents, const EpisodesPlayed& progress) {
  require_valid(options);
  require_labels(source.support, parents);
  require_labels(source.queries, parents);
  std::vector<Pool> pools = make_pools(source, options, parents);
  std::mt19937_64 random(options.seed);
  std::uint64_t right = 0;  // counted in whole answers, so that means are exact
  std::uint64_t squares = 0;
  std::size_t played = 0;
  while (played < options.episodes) {
    Pool& pool = pools[draw_below(random, pools.size())];
    const std::uint64_t answers = play(source, pool, options, random);
    right += answers;
    squares += answers * answers;
    ++played;
    if (progress && !progress(played)) break;
  }
  const auto count = static_cast<double>(played);
  const auto ways = static_cast<double>(options.ways);
  const double mean = static_cast<double>(right) / count;
  EpisodeScore score{mean / ways, 0, pools.size()};
  if (played > 1) {
    const double variance =
        std::max(0.0, static_cast<double>(squares) - mean * mean * count) / (count - 1);
    score.interval95 = 1.96 * std::sqrt(variance / count) / ways;
  }
  return score;
}

}  // namespace

void require_valid(const EpisodeOptions& options) {
  const auto refuse = [](const char* why) { throw Error(ErrorCode::kUsage, why); };
  if (options.ways < 2) refuse("an episode needs at least 2 classes (ways)");
  if (options.shots == 0) refuse("an episode needs at least 1 support image per class (shots)");
  if (options.episodes == 0) refuse("at least 1 episode must be drawn");
}

EpisodeScore score_episodes(const EmbeddingBatch& embeddings, std::span<const int> labels,
                            const EpisodeOptions& options, std::span<const int> parents,
                            const EpisodesPlayed& progress) {
  const LabeledRowsView rows{embeddings, labels};
  return score({rows, rows, true}, options, parents, progress);
}

EpisodeScore score_episodes(const LabeledRowsView& support, const LabeledRowsView& queries,
                            const EpisodeOptions& options, std::span<const int> parents,
                            const EpisodesPlayed& progress) {
  if (support.rows.dimension() != queries.rows.dimension()) {
    throw Error(ErrorCode::kUsage, "support and queries of different dimensions");
  }
  return score({support, queries, false}, options, parents, progress);
}

}  // namespace simdb
