#include "index/best_similarity.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <new>
#include <string>

#include "index/kernels_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Rows that are brought into blocks at a time: their 64 KB at 64 floats stay in the cache while all
// queries meet them.
constexpr std::size_t kRowsAtOnce = 256;
constexpr std::size_t kQueriesAtOnce = 8;

static_assert(kRowsAtOnce % kBlockRows == 0);

struct FreeAligned {
  void operator()(float* memory) const noexcept {
    ::operator delete[](memory, std::align_val_t(kBlockAlignment));
  }
};

class Blocks {
 public:
  explicit Blocks(std::size_t dimension)
      : dimension_(dimension),
        values_(new(std::align_val_t(kBlockAlignment)) float[kRowsAtOnce * dimension]) {}

  // Rows `first` and up; returns how many blocks they fill.
  std::size_t fill(const EmbeddingBatch& rows, std::size_t first) {
    const std::size_t count = std::min(kRowsAtOnce, rows.rows() - first);
    const std::size_t blocks = (count + kBlockRows - 1) / kBlockRows;
    std::fill_n(values_.get(), blocks * kBlockRows * dimension_, 0.0F);
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<const float> row = rows.row(first + i);
      float* const to = values_.get() + i / kBlockRows * kBlockRows * dimension_ + i % kBlockRows;
      for (std::size_t d = 0; d < dimension_; ++d) to[d * kBlockRows] = row[d];
    }
    return blocks;
  }
  const float* block(std::size_t i) const { return values_.get() + i * kBlockRows * dimension_; }

 private:
  std::size_t dimension_;
  std::unique_ptr<float[], FreeAligned> values_;  // NOLINT: aligned
};

void require_groups(const GroupedRows& given) {
  if (given.groups.size() == given.rows.rows()) return;
  throw Error(ErrorCode::kUsage, "there are " + std::to_string(given.groups.size()) +
                                     " groups of " + std::to_string(given.rows.rows()) + " rows");
}

}  // namespace

std::vector<float> best_in_other_groups(const GroupedRows& queries, const GroupedRows& rows) {
  require_groups(queries);
  require_groups(rows);
  const std::size_t dimension = rows.rows.dimension();
  if (queries.rows.dimension() != dimension) {
    throw Error(ErrorCode::kUsage, "can't compare embeddings of dimension " +
                                       std::to_string(queries.rows.dimension()) + " and " +
                                       std::to_string(dimension));
  }
  const Kernels& kernels = best_kernels();
  // The kernels' sums are a little off: what may be the best is computed once more, as it is
  // defined.
  const float slack = score_error(dimension);
  std::vector<float> best(queries.rows.rows(), kNoSimilarity);
  Blocks blocks(dimension);
  std::array<const float*, kQueriesAtOnce> asked{};
  std::array<float, kQueriesAtOnce> thresholds{};
  std::array<float, kQueriesAtOnce * kBlockRows> scores{};
  std::array<std::uint16_t, kQueriesAtOnce> hits{};
  for (std::size_t first = 0; first < rows.rows.rows(); first += kRowsAtOnce) {
    const std::size_t block_count = blocks.fill(rows.rows, first);
    for (std::size_t q = 0; q < best.size(); q += kQueriesAtOnce) {
      const std::size_t count = std::min(kQueriesAtOnce, best.size() - q);
      for (std::size_t i = 0; i < count; ++i) asked[i] = queries.rows.row(q + i).data();
      for (std::size_t b = 0; b < block_count; ++b) {
        for (std::size_t i = 0; i < count; ++i) thresholds[i] = best[q + i] - slack;
        kernels.score_many(asked.data(), count, dimension, blocks.block(b), thresholds.data(),
                           scores.data(), hits.data());
        const std::size_t row = first + b * kBlockRows;
        const std::size_t left = std::min(kBlockRows, rows.rows.rows() - row);
        for (std::size_t i = 0; i < count; ++i) {
          for (std::uint32_t found = hits[i] & ((1U << left) - 1); found != 0; found &= found - 1) {
            const auto r = static_cast<std::size_t>(std::countr_zero(found));
            // The threshold has grown since the kernel ran.
            if (scores[i * kBlockRows + r] < best[q + i] - slack) continue;
            if (rows.groups[row + r] == queries.groups[q + i]) continue;
            best[q + i] =
                std::max(best[q + i], similarity(queries.rows.row(q + i), rows.rows.row(row + r)));
          }
        }
      }
    }
  }
  return best;
}

}  // namespace simdb
