#include <algorithm>
#include <array>
#include <limits>
#include <thread>

#include "core/error.h"
#include "core/parallel.h"
#include "encoder/row_ranking_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kLanes = 16;  // rows side by side
constexpr std::size_t kBlocksAtOnce =
    16;  // with 16 floats a row: 16 KB, half of a first-level cache
constexpr std::size_t kQueriesAtOnce = 16;  // that share a tile of the gallery
constexpr std::size_t kBins = 4096;

/// The gallery in blocks of 16 rows, [block][dimension][lane]: lanes add up side by side in vector
/// registers, without adding across one. The last block is filled up with zeros.
class LaneBlocks {
 public:
  explicit LaneBlocks(const EmbeddingBatch& rows)
      : dimension_(rows.dimension()),
        blocks_((rows.rows() + kLanes - 1) / kLanes),
        values_(blocks_ * dimension_ * kLanes) {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const std::span<const float> values = rows.row(row);
      float* block = values_.data() + row / kLanes * dimension_ * kLanes + row % kLanes;
      for (std::size_t d = 0; d < dimension_; ++d) block[d * kLanes] = values[d];
    }
  }

  std::size_t padded_rows() const { return blocks_ * kLanes; }

  /// out[q * padded_rows() + row] = similarity of query q and `row`.
  void compare(std::span<const float> queries, float* out) const {
    const std::size_t count = queries.size() / dimension_;
    for (std::size_t first = 0; first < blocks_; first += kBlocksAtOnce) {
      const std::size_t last = std::min(first + kBlocksAtOnce, blocks_);
      for (std::size_t q = 0; q < count; ++q) {
        const float* query = queries.data() + q * dimension_;
        for (std::size_t block = first; block < last; ++block) {
          compare_block(query, block, out + q * padded_rows() + block * kLanes);
        }
      }
    }
  }

 private:
  void compare_block(const float* query, std::size_t block, float* out) const {
    const float* values = values_.data() + block * dimension_ * kLanes;
    std::array<float, kLanes> sums{};
    for (std::size_t d = 0; d < dimension_; ++d) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += query[d] * values[d * kLanes + lane];
      }
    }
    std::copy(sums.begin(), sums.end(), out);
  }

  std::size_t dimension_;
  std::size_t blocks_;
  std::vector<float> values_;
};

std::size_t bin_of(float similarity) {
  const float place = (similarity + 1) * (0.5F * kBins);
  return static_cast<std::size_t>(std::clamp(place, 0.0F, static_cast<float>(kBins - 1)));
}

/// Finds the best of many similarities. A histogram tells from where on they are needed; so only
/// few are sorted, however many there are.
class Selector {
 public:
  std::span<const RankedRow> select(std::span<const float> similarities,
                                    const RankingRequest& request) {
    const std::size_t present = similarities.size() - (request.skip < similarities.size() ? 1 : 0);
    const std::size_t count = std::min(request.count, present);
    found_.clear();
    if (count == 0) return found_;
    const std::size_t lowest = lowest_bin(similarities, count, request.skip);
    for (std::size_t row = 0; row < similarities.size(); ++row) {
      if (bin_of(similarities[row]) < lowest || row == request.skip) continue;
      found_.push_back({similarities[row], static_cast<std::uint32_t>(row)});
    }
    const auto end = found_.begin() + static_cast<std::ptrdiff_t>(count);
    if (end != found_.end()) std::nth_element(found_.begin(), end, found_.end(), better);
    std::sort(found_.begin(), end, better);
    return std::span(found_).first(count);
  }

 private:
  static bool better(const RankedRow& a, const RankedRow& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
  }

  // The bins from this one on hold at least `count` rows beside `skip`.
  std::size_t lowest_bin(std::span<const float> similarities, std::size_t count, std::size_t skip) {
    bins_.fill(0);
    for (const float similarity : similarities) ++bins_[bin_of(similarity)];
    if (skip < similarities.size()) --bins_[bin_of(similarities[skip])];
    std::size_t bin = kBins;
    for (std::size_t sum = 0; sum < count; sum += bins_[bin]) --bin;
    return bin;
  }

  std::array<std::uint32_t, kBins> bins_{};
  std::vector<RankedRow> found_;
};

}  // namespace

void rank_rows(const EmbeddingBatch& queries, const EmbeddingBatch& gallery, std::size_t threads,
               const std::function<RankingRequest(std::size_t query)>& request,
               const std::function<void(std::size_t query, std::span<const RankedRow>)>& visit) {
  if (queries.dimension() != gallery.dimension()) {
    throw Error(ErrorCode::kUsage,
                "queries and gallery differ in dimension: " + std::to_string(queries.dimension()) +
                    " and " + std::to_string(gallery.dimension()));
  }
  if (gallery.rows() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::kUsage, "a gallery of " + std::to_string(gallery.rows()) +
                                       " rows is too large to be ranked");
  }
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  const LaneBlocks blocks(gallery);
  parallel_for(
      queries.rows(), kQueriesAtOnce * 4, threads, [&](std::size_t begin, std::size_t end) {
        std::vector<float> similarities(kQueriesAtOnce * blocks.padded_rows());
        Selector selector;
        for (std::size_t first = begin; first < end; first += kQueriesAtOnce) {
          const std::size_t last = std::min(first + kQueriesAtOnce, end);
          const std::size_t dimension = queries.dimension();
          blocks.compare(queries.values().subspan(first * dimension, (last - first) * dimension),
                         similarities.data());
          for (std::size_t query = first; query < last; ++query) {
            const RankingRequest wanted = request(query);
            if (wanted.count == 0) continue;
            const float* row = similarities.data() + (query - first) * blocks.padded_rows();
            visit(query, selector.select(std::span(row, gallery.rows()), wanted));
          }
        }
      });
}

}  // namespace simdb
