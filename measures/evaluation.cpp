#include "measures/evaluation.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "core/class_mean.h"
#include "core/vote.h"
#include "measures/row_index_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Labelled rows, and what a vote needs to know of the classes.
class Gallery {
 public:
  Gallery(const EmbeddingBatch& rows, std::span<const int> labels) : rows_(rows), labels_(labels) {
    for (std::size_t row = 0; row < labels.size(); ++row) classes_[labels[row]].rows.push_back(row);
    for (auto& [label, entry] : classes_) {
      if (has_mean(label, entry.rows.size())) entry.mean = mean_without(entry, kNoRow);
    }
  }

  const EmbeddingBatch& rows() const noexcept { return rows_; }
  int label(std::size_t row) const noexcept { return labels_[row]; }
  std::size_t size_of(int label) const {
    const auto found = classes_.find(label);
    return found == classes_.end() ? 0 : found->second.rows.size();
  }

  // The vote of a neighbour of `query`, which is itself row `left_out` if that is not kNoRow: then
  // its class is what it would be without that row.
  Voter voter(const RowIndex::Hit& neighbor, std::span<const float> query,
              std::size_t left_out) const {
    const int label = labels_[neighbor.row];
    const Class& entry = classes_.at(label);
    const bool without = left_out != kNoRow && labels_[left_out] == label;
    const std::size_t size = entry.rows.size() - (without ? 1 : 0);
    Voter voter{label, neighbor.similarity, size};
    if (!has_mean(label, size)) return voter;
    const std::optional<Embedding>& mean = without ? mean_without(entry, left_out) : entry.mean;
    if (mean) voter.mean_similarity = similarity(query, mean->values());
    return voter;
  }

 private:
  struct Class {
    std::vector<std::size_t> rows;  // ascending
    std::optional<Embedding> mean;
  };

  // Rows without a class have nothing in common.
  static bool has_mean(int label, std::size_t size) { return label >= 0 && mean_is_heard(0, size); }

  // Added up anew: a difference of sums would round otherwise.
  std::optional<Embedding> mean_without(const Class& entry, std::size_t left_out) const {
    ClassMean mean(rows_.dimension());
    for (const std::size_t row : entry.rows) {
      if (row != left_out) mean.add(rows_.row(row));
    }
    return mean.direction();
  }

  const EmbeddingBatch& rows_;
  const std::span<const int> labels_;
  std::unordered_map<int, Class> classes_;
};

void require_labels(const EmbeddingBatch& rows, std::span<const int> labels) {
  if (rows.rows() != labels.size()) {
    throw Error(ErrorCode::kUsage, std::to_string(rows.rows()) + " embeddings but " +
                                       std::to_string(labels.size()) + " labels");
  }
}

}  // namespace

std::size_t first_hit(const RankedLabels& ranked) {
  const auto found = std::ranges::find(ranked.neighbor_labels, ranked.query_label);
  if (found == ranked.neighbor_labels.end()) return 0;
  return static_cast<std::size_t>(found - ranked.neighbor_labels.begin()) + 1;
}

double recall_at_k(const RankedLabels& ranked, std::size_t k) {
  const std::size_t hit = first_hit(ranked);
  return hit != 0 && hit <= k ? 1 : 0;
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

// The votes of the nearest. A label's size and mean are looked up once.
std::vector<Voter> votes_of(std::span<const RowIndex::Hit> nearest, std::span<const float> query,
                            std::size_t left_out, const Gallery& gallery) {
  std::vector<Voter> votes;
  votes.reserve(nearest.size());
  std::unordered_map<int, std::size_t> first;
  for (const RowIndex::Hit& neighbor : nearest) {
    const auto [known, is_new] = first.try_emplace(gallery.label(neighbor.row), votes.size());
    if (is_new) {
      votes.push_back(gallery.voter(neighbor, query, left_out));
    } else {
      votes.push_back(votes[known->second]);
      votes.back().similarity = neighbor.similarity;
    }
  }
  return votes;
}

// `same` rows of the gallery share the query's label, itself not counted.
QueryResult result_of(QueryResult result, std::size_t same, std::span<const RowIndex::Hit> nearest,
                      std::span<const Voter> votes, const Gallery& gallery) {
  if (nearest.empty()) return result;
  result.best_similarity = nearest.front().similarity;

  RankedLabels ranked{result.label, same, {}};
  ranked.neighbor_labels.reserve(nearest.size());
  for (const RowIndex::Hit& hit : nearest) ranked.neighbor_labels.push_back(gallery.label(hit.row));
  result.recall_at_1 = recall_at_k(ranked, 1);
  result.recall_at_5 = recall_at_k(ranked, 5);
  result.first_hit = first_hit(ranked);
  result.average_precision = average_precision_at_r(ranked);

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
    return gallery.size_of(labels[row]) - (leave_out_self ? 1 : 0);
  };
  std::vector<QueryResult> results;
  std::vector<std::size_t> place(queries.rows(), kNoRow);  // of a row's result
  for (std::size_t row = 0; row < queries.rows(); ++row) {
    if (labels[row] < 0 || (leave_out_self && others_like(row) == 0)) continue;
    place[row] = results.size();
    results.emplace_back();
    results.back().row = row;
    results.back().label = labels[row];
  }
  const RowIndex index(gallery.rows(), options.threads);
  index.search(
      queries,
      [&](std::size_t row) -> RowIndex::Request {
        options.check();
        if (place[row] == kNoRow) return {};
        const std::size_t enough = std::max<std::size_t>({options.voters, options.depth, 5});
        return {std::max(others_like(row), enough), leave_out_self ? row : kNoRow};
      },
      [&](std::size_t row, std::span<const RowIndex::Hit> nearest) {
        const auto votes = votes_of(nearest.first(std::min(options.voters, nearest.size())),
                                    queries.row(row), leave_out_self ? row : kNoRow, gallery);
        QueryResult& result = results[place[row]];
        result = result_of(result, others_like(row), nearest, votes, gallery);
      });
  return results;
}

}  // namespace

std::vector<LeftOutVote> votes_of_others(const EmbeddingBatch& embeddings,
                                         std::span<const int> labels,
                                         std::span<const std::size_t> rows,
                                         const RetrievalOptions& options) {
  require_labels(embeddings, labels);
  const Gallery gallery(embeddings, labels);
  EmbeddingBatch queries(embeddings.dimension());
  for (const std::size_t row : rows) queries.append_unit(embeddings.row(row));
  std::vector<LeftOutVote> votes(rows.size());
  const RowIndex index(embeddings, options.threads);
  index.search(
      queries,
      [&](std::size_t query) -> RowIndex::Request {
        options.check();
        const int label = labels[rows[query]];
        votes[query].label = label;
        if (label < 0 || (!options.ask_single && gallery.size_of(label) < 2)) return {};
        return {options.voters, rows[query]};
      },
      [&](std::size_t query, std::span<const RowIndex::Hit> nearest) {
        votes[query].voters = votes_of(nearest, queries.row(query), rows[query], gallery);
        for (const RowIndex::Hit& hit : nearest) votes[query].voter_rows.push_back(hit.row);
      });
  return votes;
}

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
