#include "encoder/evaluation.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/vote.h"
#include "encoder/row_ranking_internal.h"

namespace simdb {
namespace {

std::unordered_map<int, std::size_t> count_labels(std::span<const int> labels) {
  std::unordered_map<int, std::size_t> counts;
  for (const int label : labels) ++counts[label];
  return counts;
}

struct Gallery {
  const EmbeddingBatch& rows;
  std::span<const int> labels;
  std::unordered_map<int, std::size_t> class_sizes = count_labels(labels);
};

void require_labels(const EmbeddingBatch& rows, std::span<const int> labels) {
  if (rows.rows() != labels.size()) {
    throw Error(ErrorCode::kUsage, std::to_string(rows.rows()) + " embeddings but " +
                                       std::to_string(labels.size()) + " labels");
  }
}

}  // namespace

double recall_at_k(const RankedLabels& ranked, std::size_t k) {
  const std::size_t count = std::min(k, ranked.neighbor_labels.size());
  const auto end = ranked.neighbor_labels.begin() + static_cast<std::ptrdiff_t>(count);
  return std::find(ranked.neighbor_labels.begin(), end, ranked.query_label) != end ? 1 : 0;
}

double average_precision_at_r(const RankedLabels& ranked) {
  if (ranked.relevant == 0) return 0;
  const std::size_t count = std::min(ranked.relevant, ranked.neighbor_labels.size());
  double sum = 0;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (ranked.neighbor_labels[i] != ranked.query_label) continue;
    ++hits;
    sum += static_cast<double>(hits) / static_cast<double>(i + 1);
  }
  return sum / static_cast<double>(ranked.relevant);
}

namespace {

// `same` rows of the gallery share the query's label, itself not counted.
QueryResult result_of(std::size_t row, int label, std::size_t same,
                      std::span<const RankedRow> nearest, const Gallery& gallery,
                      std::size_t voters) {
  QueryResult result;
  result.row = row;
  result.label = label;
  if (nearest.empty()) return result;
  result.best_similarity = nearest.front().similarity;

  RankedLabels ranked{label, same, {}};
  ranked.neighbor_labels.reserve(nearest.size());
  for (const RankedRow& hit : nearest) ranked.neighbor_labels.push_back(gallery.labels[hit.row]);
  result.recall_at_1 = recall_at_k(ranked, 1);
  result.recall_at_5 = recall_at_k(ranked, 5);
  result.average_precision = average_precision_at_r(ranked);

  std::vector<Voter> votes;
  for (std::size_t i = 0; i < std::min(voters, nearest.size()); ++i) {
    const int voted = ranked.neighbor_labels[i];
    votes.push_back(
        {voted, nearest[i].similarity, voted == label ? same : gallery.class_sizes.at(voted)});
  }
  const LabelShare winner = weighted_vote(votes).front();
  result.predicted = winner.label;
  result.confidence = winner.share;
  return result;
}

std::vector<QueryResult> look_up(const EmbeddingBatch& queries, std::span<const int> labels,
                                 const Gallery& gallery, const RetrievalOptions& options,
                                 bool leave_out_self) {
  if (options.voters == 0) throw Error(ErrorCode::kUsage, "at least one neighbour must vote");
  const auto others_like = [&](std::size_t row) {
    const auto found = gallery.class_sizes.find(labels[row]);
    const std::size_t same = found == gallery.class_sizes.end() ? 0 : found->second;
    return leave_out_self ? same - 1 : same;
  };
  std::vector<QueryResult> results;
  std::vector<std::size_t> place(queries.rows(), kNoRow);  // of a row's result
  for (std::size_t row = 0; row < queries.rows(); ++row) {
    if (labels[row] < 0 || (leave_out_self && others_like(row) == 0)) continue;
    place[row] = results.size();
    results.push_back(result_of(row, labels[row], 0, {}, gallery, options.voters));
  }
  rank_rows(
      queries, gallery.rows, options.threads,
      [&](std::size_t row) -> RankingRequest {
        if (place[row] == kNoRow) return {};
        const std::size_t enough = std::max<std::size_t>(options.voters, 5);
        return {std::max(others_like(row), enough), leave_out_self ? row : kNoRow};
      },
      [&](std::size_t row, std::span<const RankedRow> nearest) {
        results[place[row]] =
            result_of(row, labels[row], others_like(row), nearest, gallery, options.voters);
      });
  return results;
}

}  // namespace

std::vector<QueryResult> look_up_each_other(const EmbeddingBatch& embeddings,
                                            std::span<const int> labels,
                                            const RetrievalOptions& options) {
  require_labels(embeddings, labels);
  return look_up(embeddings, labels, {embeddings, labels}, options, true);
}

std::vector<QueryResult> look_up(const EmbeddingBatch& queries, std::span<const int> query_labels,
                                 const EmbeddingBatch& gallery, std::span<const int> gallery_labels,
                                 const RetrievalOptions& options) {
  require_labels(queries, query_labels);
  require_labels(gallery, gallery_labels);
  return look_up(queries, query_labels, {gallery, gallery_labels}, options, false);
}

RetrievalScore mean_of(std::span<const QueryResult> results) {
  struct Tally {
    std::size_t queries = 0;
    std::size_t right = 0;
  };
  std::map<int, Tally> classes;
  RetrievalScore mean;
  if (results.empty()) return mean;
  std::size_t right = 0;
  for (const QueryResult& result : results) {
    mean.recall_at_1 += result.recall_at_1;
    mean.recall_at_5 += result.recall_at_5;
    mean.map_at_r += result.average_precision;
    Tally& tally = classes[result.label];
    ++tally.queries;
    if (result.predicted == result.label) ++tally.right, ++right;
  }
  const auto queries = static_cast<double>(results.size());
  mean.recall_at_1 /= queries;
  mean.recall_at_5 /= queries;
  mean.map_at_r /= queries;
  mean.accuracy = static_cast<double>(right) / queries;
  for (const auto& [label, tally] : classes) {
    mean.balanced_accuracy += static_cast<double>(tally.right) / static_cast<double>(tally.queries);
  }
  mean.balanced_accuracy /= static_cast<double>(classes.size());
  return mean;
}

RetrievalScore leave_one_out(const EmbeddingBatch& embeddings, std::span<const int> labels,
                             const RetrievalOptions& options) {
  return mean_of(look_up_each_other(embeddings, labels, options));
}

RetrievalScore query_against_gallery(const EmbeddingBatch& queries,
                                     std::span<const int> query_labels,
                                     const EmbeddingBatch& gallery,
                                     std::span<const int> gallery_labels,
                                     const RetrievalOptions& options) {
  return mean_of(look_up(queries, query_labels, gallery, gallery_labels, options));
}

}  // namespace simdb
