#include "benchmarks/knn_truth.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <string>

#include "simdb/error.h"

namespace simdb::bench {
namespace {

constexpr std::size_t kBlockRows = 512;    // 32 KB of 16 floats: a block stays in the first cache
constexpr std::size_t kChunkQueries = 16;  // queries that share one pass over the rows

// By how much a float score may rank a row wrongly. Summing d products of unit vectors in floats
// errs by at most about d * 2^-24, whatever the order; the double-precision similarity is rounded
// to a float once. Both ends of a comparison err, hence twice; 4 leaves room for vectors that are
// not quite of unit length.
float margin_of(std::size_t dimension) { return 4 * static_cast<float>(dimension) * 0x1p-24F; }

// Candidates of one query: rows whose float score may belong to the k best.
class Candidates {
 public:
  Candidates(std::size_t k, float margin) : k_(k), margin_(margin) {}

  // What a row must reach to be a candidate. Similarities are cut off at 1, so the scores are too.
  float limit() const { return limit_; }

  void offer(RowNumber row, float score) {
    rows_.push_back(row);
    best_.push(score);
    if (best_.size() > k_) best_.pop();
    if (best_.size() == k_) limit_ = std::min(best_.top(), 1.0F) - margin_;
  }

  const std::vector<RowNumber>& rows() const { return rows_; }

 private:
  std::size_t k_;
  float margin_;
  float limit_ = -2;  // below every score
  std::vector<RowNumber> rows_;
  std::priority_queue<float, std::vector<float>, std::greater<>> best_;  // the k best scores
};

// block: `dimension` lines of kBlockRows floats. Rows side by side, so that compilers vectorise
// without reordering any sum.
void transpose(const EmbeddingBatch& rows, std::size_t first, std::size_t count,
               std::vector<float>& block) {
  for (std::size_t r = 0; r < count; ++r) {
    const std::span<const float> row = rows.row(first + r);
    for (std::size_t d = 0; d < row.size(); ++d) block[d * kBlockRows + r] = row[d];
  }
}

void score(std::span<const float> query, const std::vector<float>& block,
           std::vector<float>& scores) {
  std::fill(scores.begin(), scores.end(), 0.0F);
  for (std::size_t d = 0; d < query.size(); ++d) {
    const float factor = query[d];
    const float* line = block.data() + d * kBlockRows;
    for (std::size_t r = 0; r < kBlockRows; ++r) scores[r] += factor * line[r];
  }
}

std::vector<Neighbor> best_of(const std::vector<RowNumber>& candidates, const EmbeddingBatch& rows,
                              std::span<const float> query, std::size_t k) {
  std::vector<Neighbor> neighbors;
  neighbors.reserve(candidates.size());
  for (const RowNumber row : candidates) {
    neighbors.push_back({ItemId{row}, similarity(rows.row(row), query)});
  }
  const std::size_t wanted = std::min(k, neighbors.size());
  std::partial_sort(neighbors.begin(), neighbors.begin() + static_cast<std::ptrdiff_t>(wanted),
                    neighbors.end(), ranks_before);
  neighbors.resize(wanted);
  return neighbors;
}

}  // namespace

std::vector<std::vector<Neighbor>> true_neighbors(const EmbeddingBatch& rows,
                                                  const EmbeddingBatch& queries, std::size_t k,
                                                  int threads) {
  if (k == 0) throw Error(ErrorCode::kUsage, "can't find 0 true neighbours");
  if (rows.dimension() != queries.dimension()) {
    throw Error(ErrorCode::kUsage,
                "can't compare rows of dimension " + std::to_string(rows.dimension()) +
                    " with queries of dimension " + std::to_string(queries.dimension()));
  }
  std::vector<std::vector<Neighbor>> truth(queries.rows());
  const std::size_t chunks = (queries.rows() + kChunkQueries - 1) / kChunkQueries;
  parallel_for(chunks, threads, [&](std::size_t chunk) {
    const std::size_t first_query = chunk * kChunkQueries;
    const std::size_t count = std::min(kChunkQueries, queries.rows() - first_query);
    std::vector<Candidates> candidates(count, Candidates(k, margin_of(rows.dimension())));
    std::vector<float> block(rows.dimension() * kBlockRows);
    std::vector<float> scores(kBlockRows);
    for (std::size_t first = 0; first < rows.rows(); first += kBlockRows) {
      const std::size_t in_block = std::min(kBlockRows, rows.rows() - first);
      transpose(rows, first, in_block, block);
      for (std::size_t q = 0; q < count; ++q) {
        score(queries.row(first_query + q), block, scores);
        for (std::size_t r = 0; r < in_block; ++r) {
          if (scores[r] < candidates[q].limit()) continue;
          candidates[q].offer(static_cast<RowNumber>(first + r), scores[r]);
        }
      }
    }
    for (std::size_t q = 0; q < count; ++q) {
      truth[first_query + q] = best_of(candidates[q].rows(), rows, queries.row(first_query + q), k);
    }
  });
  return truth;
}

Quality judge(std::span<const FoundRows> found, std::span<const std::vector<Neighbor>> truth,
              const EmbeddingBatch& rows, const EmbeddingBatch& queries) {
  std::size_t hits = 0;
  std::size_t wanted = 0;
  std::size_t exact = 0;
  for (std::size_t q = 0; q < truth.size(); ++q) {
    wanted += truth[q].size();
    if (truth[q].empty()) continue;
    exact += std::ranges::equal(found[q], truth[q], {}, {}, [](const Neighbor& neighbor) {
      return static_cast<RowNumber>(to_number(neighbor.id));
    });
    FoundRows distinct(found[q].begin(), found[q].begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                found[q].size(), truth[q].size())));
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const RowNumber row : distinct) {
      hits += row < rows.rows() &&
              similarity(rows.row(row), queries.row(q)) >= truth[q].back().similarity;
    }
  }
  if (wanted == 0) return {1, 1};
  return {static_cast<double>(hits) / static_cast<double>(wanted),
          static_cast<double>(exact) / static_cast<double>(truth.size())};
}

}  // namespace simdb::bench
