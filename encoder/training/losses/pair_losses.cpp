#include "encoder/training/losses/pair_losses.h"

#include "encoder/training/losses/pair_math.h"

namespace simdb::training {
namespace {

torch::Tensor half_and_half(const torch::Tensor& of_positives, const torch::Tensor& of_negatives,
                            const PairMasks& pairs) {
  return (mean_where(of_positives, pairs.positives) + mean_where(of_negatives, pairs.negatives)) /
         2;
}

}  // namespace

torch::Tensor contrastive_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                               double margin) {
  const torch::Tensor distances = pairwise_distances(embeddings);
  return half_and_half(distances.square(), (margin - distances).clamp_min(0).square(), pairs);
}

torch::Tensor pair_loss(const torch::Tensor& embeddings, const PairMasks& pairs) {
  const torch::Tensor s = similarities(embeddings);
  return half_and_half((s - 1).square(), s.square(), pairs);
}

}  // namespace simdb::training
