#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <thread>

#include "core/error.h"
#include "core/parallel.h"
#include "measures/row_ranking_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kLanes = 16;  // rows side by side
constexpr std::size_t kBlocksAtOnce =
    16;  // with 16 floats a row: 16 KB, half of a first-level cache
constexpr std::size_t kQueriesAtOnce = 16;  // that share a tile of the gallery
constexpr std::size_t kBins = 4096;

// A plain loop over floats g++ 12 vectorises along the wrong axis, at a third of the speed.
using Four = float __attribute__((vector_size(16)));

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
    std::array<Four, kLanes / 4> sums{};
    for (std::size_t d = 0; d < dimension_; ++d) {
      const Four factor = {query[d], query[d], query[d], query[d]};
      for (std::size_t part = 0; part < sums.size(); ++part) {
        Four four;
        std::memcpy(&four, values + d * kLanes + 4 * part, sizeof four);
        sums[part] += factor * four;
      }
    }
    std::memcpy(out, sums.data(), sizeof sums);
  }

  std::size_t dimension_;
  std::size_t blocks_;
  std::vector<float> values_;
};

std::size_t bin_of(float similarity) {
  const int bin = static_cast<int>((similarity + 1) * (0.5F * kBins));
  return static_cast<std::size_t>(std::clamp(bin, 0, static_cast<int>(kBins) - 1));
}

constexpr std::uint32_t kSign = 0x80000000U;

/// A number that is lower the better a row ranks: integers sort twice as fast as structures. Floats
/// are ordered like integers, but negative ones backwards.
std::uint64_t key_of(float similarity, std::uint32_t row) {
  const auto bits = std::bit_cast<std::uint32_t>(similarity + 0.0F);  // -0 is as good as 0
  const std::uint32_t ascending = bits ^ ((bits & kSign) != 0 ? ~0U : kSign);
  return std::uint64_t{~ascending} << 32 | row;
}

RankedRow row_of(std::uint64_t key) {
  const auto ascending = ~static_cast<std::uint32_t>(key >> 32);
  const std::uint32_t bits = ascending ^ ((ascending & kSign) != 0 ? kSign : ~0U);
  return {std::bit_cast<float>(bits), static_cast<std::uint32_t>(key)};
}

/// Finds the best of many similarities. A histogram tells from where on they are needed; so only
/// few are sorted, however many there are.
class Selector {
 public:
  std::span<const RankedRow> select(std::span<const float> similarities,
                                    const RankingRequest& request) {
    found_.clear();
    const bool skips = request.skip < similarities.size();
    const std::size_t count = std::min(request.count, similarities.size() - (skips ? 1 : 0));
    if (count == 0) return found_;

    rows_.resize(similarities.size() + 1);
    std::size_t kept = 0;
    const float least = threshold(similarities, count, request.skip);
    for (std::size_t row = 0; row < similarities.size(); ++row) {
      rows_[kept] = static_cast<std::uint32_t>(row);  // no branch: nobody could predict it
      kept += static_cast<std::size_t>(similarities[row] >= least);
    }
    keys_.clear();
    for (const std::uint32_t row : std::span(rows_).first(kept)) {
      if (row != request.skip) keys_.push_back(key_of(similarities[row], row));
    }
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count);
    if (end != keys_.end()) std::nth_element(keys_.begin(), end, keys_.end());
    std::sort(keys_.begin(), end);
    std::transform(keys_.begin(), end, std::back_inserter(found_), row_of);
    return found_;
  }

 private:
  // At least `count` rows beside `skip` are as similar.
  float threshold(std::span<const float> similarities, std::size_t count, std::size_t skip) {
    bins_.fill(0);
    for (const float similarity : similarities) ++bins_[bin_of(similarity)];
    if (skip < similarities.size()) --bins_[bin_of(similarities[skip])];
    std::size_t bin = kBins;
    for (std::size_t sum = 0; sum < count; sum += bins_[bin]) --bin;
    if (bin == 0) return -std::numeric_limits<float>::infinity();
    // A little below the bin's edge, so that rounding loses nobody.
    return (static_cast<float>(bin) - 0.01F) / (0.5F * kBins) - 1;
  }

  std::array<std::uint32_t, kBins> bins_{};
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint64_t> keys_;
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
