#include "encoder/training/losses.h"

#include "core/error.h"

namespace simdb::training {
namespace {

torch::Tensor mined_triplet_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                                 const TrainOptions& options) {
  const torch::Tensor distances = pairwise_distances(embeddings);
  const Triplets triplets = options.miner == MinerKind::kBatchHard
                                ? mine_batch_hard(distances, pairs)
                                : mine_semi_hard(distances, pairs, options.margin);
  return triplet_loss(distances, triplets, options.margin);
}

/// One distance a pair. gather, not index: the backward pass of index adds in an order that depends
/// on the threads.
torch::Tensor pick(const torch::Tensor& distances, const torch::Tensor& rows,
                   const torch::Tensor& columns) {
  return distances.reshape({-1}).gather(0, rows * distances.size(1) + columns);
}

}  // namespace

torch::Tensor pairwise_distances(const torch::Tensor& embeddings) {
  constexpr double kTiny = 1e-8;
  const torch::Tensor squared = 2 - 2 * embeddings.mm(embeddings.t());
  return squared.clamp_min(kTiny).sqrt();
}

torch::Tensor triplet_loss(const torch::Tensor& distances, const Triplets& triplets,
                           double margin) {
  const torch::Tensor violations = (pick(distances, triplets.anchors, triplets.positives) -
                                    pick(distances, triplets.anchors, triplets.negatives) + margin)
                                       .clamp_min(0);
  return violations.sum() / violations.detach().gt(0).sum().clamp_min(1);
}

Loss loss_function(LossKind kind) {
  switch (kind) {
    case LossKind::kTriplet:
      return mined_triplet_loss;
  }
  throw Error(ErrorCode::kUsage, "there is no such loss");
}

}  // namespace simdb::training
