#include "encoder/evaluation.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <unordered_map>

#include "core/error.h"

namespace simdb {
namespace {

// Sums in 16 lanes, which the compiler turns into vector instructions without reordering a single
// sum.
float dot(std::span<const float> a, std::span<const float> b) {
  std::array<float, kDimensionStep> lanes{};
  for (std::size_t i = 0; i < a.size(); i += kDimensionStep) {
    for (std::size_t j = 0; j < kDimensionStep; ++j) lanes[j] += a[i + j] * b[i + j];
  }
  return std::accumulate(lanes.begin(), lanes.end(), 0.0F);
}

struct Gallery {
  const EmbeddingBatch& rows;
  std::span<const int> labels;
};

// Labels of the `count` nearest gallery rows; `skip` is left out.
std::vector<int> nearest_labels(std::span<const float> query, const Gallery& gallery,
                                std::size_t count, std::size_t skip) {
  struct Hit {
    float similarity;
    std::size_t row;
  };
  std::vector<Hit> hits;
  hits.reserve(gallery.rows.rows());
  for (std::size_t row = 0; row < gallery.rows.rows(); ++row) {
    if (row != skip) hits.push_back({dot(query, gallery.rows.row(row)), row});
  }
  count = std::min(count, hits.size());
  const auto better = [](const Hit& a, const Hit& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
  };
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count), hits.end(),
                    better);
  std::vector<int> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = gallery.labels[hits[i].row];
  return labels;
}

std::unordered_map<int, std::size_t> count_labels(std::span<const int> labels) {
  std::unordered_map<int, std::size_t> counts;
  for (const int label : labels) ++counts[label];
  return counts;
}

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

// The mean over queries that have a class; leaving itself out, a row whose label occurs once is no
// query.
RetrievalScore score(const EmbeddingBatch& queries, std::span<const int> query_labels,
                     const Gallery& gallery, bool leave_out_self) {
  const auto counts = count_labels(gallery.labels);
  RetrievalScore total;
  std::size_t scored = 0;
  for (std::size_t i = 0; i < queries.rows(); ++i) {
    if (query_labels[i] < 0) continue;
    const auto found = counts.find(query_labels[i]);
    const std::size_t same = found == counts.end() ? 0 : found->second;
    const std::size_t relevant = leave_out_self ? same - 1 : same;
    if (leave_out_self && relevant == 0) continue;
    const std::size_t skip = leave_out_self ? i : gallery.rows.rows();
    const RankedLabels ranked{
        query_labels[i], relevant,
        nearest_labels(queries.row(i), gallery, std::max<std::size_t>(relevant, 1), skip)};
    total.recall_at_1 += recall_at_k(ranked, 1);
    total.map_at_r += average_precision_at_r(ranked);
    ++scored;
  }
  if (scored > 0) {
    total.recall_at_1 /= static_cast<double>(scored);
    total.map_at_r /= static_cast<double>(scored);
  }
  return total;
}

}  // namespace

RetrievalScore leave_one_out(const EmbeddingBatch& embeddings, std::span<const int> labels) {
  require_labels(embeddings, labels);
  return score(embeddings, labels, {embeddings, labels}, true);
}

RetrievalScore query_against_gallery(const EmbeddingBatch& queries,
                                     std::span<const int> query_labels,
                                     const EmbeddingBatch& gallery,
                                     std::span<const int> gallery_labels) {
  require_labels(queries, query_labels);
  require_labels(gallery, gallery_labels);
  if (queries.dimension() != gallery.dimension()) {
    throw Error(ErrorCode::kUsage, "queries and gallery differ in dimension");
  }
  return score(queries, query_labels, {gallery, gallery_labels}, false);
}

}  // namespace simdb
