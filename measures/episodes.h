#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "simdb/embedding.h"

namespace simdb {

/// N-way K-shot classification, as the few-shot literature measures it. A plain value.
struct EpisodeOptions {
  std::size_t ways = 20;        ///< N: classes of an episode
  std::size_t shots = 1;        ///< K: support images of each class
  std::size_t episodes = 1000;  ///< how many are drawn
  std::uint64_t seed = 1;       ///< the same seed draws the same episodes on every platform
};

struct EpisodeScore {
  double accuracy = 0;    ///< mean over the episodes
  double interval95 = 0;  ///< half width of the mean's 95 % interval, 1.96 standard errors
  std::size_t pools = 1;  ///< parents that episodes are drawn from: those with enough classes
};

/// Rows and one label for each.
struct LabeledRowsView {
  const EmbeddingBatch& rows;
  std::span<const int> labels;
};

/// Called with the number of episodes played; false stops, and those played are scored.
using EpisodesPlayed = std::function<bool(std::size_t)>;

/// Throws Error(kUsage) for fewer than 2 ways, 0 shots or 0 episodes.
void require_valid(const EpisodeOptions& options);

/// Draws episodes and scores them. An episode draws `ways` classes that have more than `shots`
/// rows, and of each class `shots` rows as support and another one as query. A query gets the
/// answer of a database of the support: look_up()'s. Ties go to the class drawn first. Negative
/// labels are no class. `parents`, if not empty, has one number per label: the classes of an
/// episode then share a parent, which is drawn from those that have enough classes, all equally
/// likely. Throws Error(kUsage) for options of 0, fewer than 2 ways, or sizes that don't match;
/// Error(kBadInput) if there are too few classes. Pure and thread-safe.
EpisodeScore score_episodes(const EmbeddingBatch& embeddings, std::span<const int> labels,
                            const EpisodeOptions& options, std::span<const int> parents = {},
                            const EpisodesPlayed& progress = {});

/// The same with the support drawn from one set and the query from another: of classes that have
/// `shots` rows at least in `support` and one in `queries`. Labels mean the same in both.
EpisodeScore score_episodes(const LabeledRowsView& support, const LabeledRowsView& queries,
                            const EpisodeOptions& options, std::span<const int> parents = {},
                            const EpisodesPlayed& progress = {});

}  // namespace simdb
