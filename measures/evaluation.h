#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/vote.h"
#include "simdb/embedding.h"

namespace simdb {

// Retrieval measures, as in Musgrave et al., "A Metric Learning Reality Check" (ECCV 2020). Labels
// are small integers; a negative one is no class: such a row is no query and, in a gallery, the
// neighbour of nobody. All functions are pure and thread-safe.

/// Labels of a query's neighbours, nearest first, without the query itself.
struct RankedLabels {
  int query_label = 0;
  std::size_t relevant = 0;          ///< R: how many gallery items share the query's label
  std::vector<int> neighbor_labels;  ///< at least min(R, gallery) of them for MAP@R
};

/// 1 if one of the first k neighbours shares the label, else 0.
double recall_at_k(const RankedLabels& ranked, std::size_t k);

/// Which of the neighbours is the first that shares the label, from 1; 0: none.
std::size_t first_hit(const RankedLabels& ranked);

/// Average precision at R: (1/R) sum over i <= R of precision(i) where the i-th neighbour is
/// relevant; 0 if R = 0.
double average_precision_at_r(const RankedLabels& ranked);

/// What one query found.
struct QueryResult {
  std::size_t row = 0;         ///< of the queries
  int label = 0;               ///< the true one
  int predicted = -1;          ///< the winner of weighted_vote(); -1 if the gallery is empty
  double confidence = 0;       ///< its share of the vote
  float best_similarity = -1;  ///< of the nearest gallery row
  double recall_at_1 = 0;
  double recall_at_5 = 0;
  std::size_t first_hit = 0;  ///< which of the nearest is the first of the label, from 1; 0: none
  double average_precision = 0;  ///< at R
};

/// Means over the queries; all 0 if there are none.
struct RetrievalScore {
  double recall_at_1 = 0;
  double recall_at_5 = 0;
  double map_at_r = 0;
  double accuracy = 0;           ///< k-NN: share of queries whose vote wins the true label
  double balanced_accuracy = 0;  ///< mean of the classes' own accuracies
};

struct RetrievalOptions {
  std::size_t voters = 10;  ///< nearest rows that vote for the predicted label
  std::size_t depth = 5;    ///< so many of the nearest are looked at, at least
  std::size_t threads = 0;  ///< 0: all cores; the result does not depend on it
  bool ask_single = false;  ///< of votes_of_others: rows whose label occurs once too
  /// Called before each query, by several threads at a time; what it throws ends the search.
  std::function<void()> check = [] {};
};

/// Looks every row up among all others, leaving itself out; ties go to the lower row. Rows whose
/// label occurs once are not queries but stay in the gallery. Results are in the order of the rows.
/// A search per row for as many as its label has. Throws Error(kUsage) unless there is one label
/// per row.
std::vector<QueryResult> look_up_each_other(const EmbeddingBatch& embeddings,
                                            std::span<const int> labels,
                                            const RetrievalOptions& options = {});

/// How the others vote on a row.
struct LeftOutVote {
  int label = 0;                             ///< of the row
  std::vector<Voter> voters;                 ///< nearest first
  std::vector<std::size_t> voter_rows = {};  ///< theirs, in the same order
};

/// The votes on `rows` as in look_up_each_other(), of `options.voters` neighbours each. Rows whose
/// label is negative or, but for `options.ask_single`, occurs once have none. Results are in the
/// order of `rows`.
std::vector<LeftOutVote> votes_of_others(const EmbeddingBatch& embeddings,
                                         std::span<const int> labels,
                                         std::span<const std::size_t> rows,
                                         const RetrievalOptions& options = {});

/// Looks every query row up in a gallery; ties go to the lower gallery row. A query whose label is
/// not in the gallery counts as missed. Throws Error(kUsage) as above, or if dimensions differ.
std::vector<QueryResult> look_up(const EmbeddingBatch& queries, std::span<const int> query_labels,
                                 const EmbeddingBatch& gallery, std::span<const int> gallery_labels,
                                 const RetrievalOptions& options = {});

RetrievalScore mean_of(std::span<const QueryResult> results);

/// mean_of(look_up_each_other(...)).
RetrievalScore leave_one_out(const EmbeddingBatch& embeddings, std::span<const int> labels,
                             const RetrievalOptions& options = {});

/// mean_of(look_up(...)).
RetrievalScore query_against_gallery(const EmbeddingBatch& queries,
                                     std::span<const int> query_labels,
                                     const EmbeddingBatch& gallery,
                                     std::span<const int> gallery_labels,
                                     const RetrievalOptions& options = {});

}  // namespace simdb
