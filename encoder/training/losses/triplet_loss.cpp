#include "encoder/training/losses/triplet_loss.h"

#include <limits>

#include "encoder/training/losses/pair_math.h"

namespace simdb::training {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One distance a pair. gather, not index: the backward pass of index adds in an order that depends
/// on the threads.
torch::Tensor pick(const torch::Tensor& distances, const torch::Tensor& rows,
                   const torch::Tensor& columns) {
  return distances.reshape({-1}).gather(0, rows * distances.size(1) + columns);
}

/// The allowed columns of every row, moved to the left: N x M -> N x most in a row. The rest is
/// `filler`.
torch::Tensor compact(const torch::Tensor& values, const torch::Tensor& allowed, double filler) {
  const std::int64_t columns = values.size(1);
  const torch::Tensor counts = allowed.sum(1, /*keepdim=*/true);
  const std::int64_t width = counts.max().item<std::int64_t>();
  const torch::Tensor numbers = torch::arange(columns, counts.options());
  // What is not allowed meets in one more column, which is cut off.
  const torch::Tensor places = (allowed.cumsum(1) - 1).masked_fill(allowed.logical_not(), columns);
  const torch::Tensor sources = torch::zeros({values.size(0), columns + 1}, counts.options())
                                    .scatter_(1, places, numbers.expand_as(places))
                                    .narrow(1, 0, width);
  return values.gather(1, sources).masked_fill(numbers.narrow(0, 0, width).ge(counts), filler);
}

/// d(a,p) - d(a,n) of all triplets, and -infinity in places without one. One subtraction of a block
/// anchors x positives x negatives: a list of so many triplets would take several times as long.
torch::Tensor all_gaps(const torch::Tensor& distances, const PairMasks& pairs) {
  return compact(distances, pairs.positives, -kInfinity).unsqueeze(2) -
         compact(distances, pairs.negatives, kInfinity).unsqueeze(1);
}

torch::Tensor gaps_of(const torch::Tensor& distances, const PairMasks& pairs,
                      const TripletRule& rule) {
  if (rule.miner == MinerKind::kBatchAll) return all_gaps(distances, pairs);
  const Triplets triplets = rule.miner == MinerKind::kBatchHard
                                ? mine_batch_hard(distances, pairs)
                                : mine_semi_hard(distances, pairs, rule.margin);
  return pick(distances, triplets.anchors, triplets.positives) -
         pick(distances, triplets.anchors, triplets.negatives);
}

}  // namespace

torch::Tensor triplet_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                           const TripletRule& rule) {
  const torch::Tensor gaps = gaps_of(pairwise_distances(embeddings), pairs, rule);
  if (rule.soft_margin) {
    const torch::Tensor count = gaps.detach().gt(-kInfinity).sum();
    return torch::softplus(rule.scale * gaps).sum() / (rule.scale * count.clamp_min(1));
  }
  const torch::Tensor violations = (gaps + rule.margin).clamp_min(0);
  return violations.sum() / violations.detach().gt(0).sum().clamp_min(1);
}

}  // namespace simdb::training
