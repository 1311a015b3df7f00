#include "encoder/training/losses/pair_math.h"

#include <limits>

namespace simdb::training {

torch::Tensor similarities(const torch::Tensor& embeddings) {
  return embeddings.mm(embeddings.t());
}

torch::Tensor pairwise_distances(const torch::Tensor& embeddings) {
  constexpr double kTiny = 1e-8;
  return (2 - 2 * similarities(embeddings)).clamp_min(kTiny).sqrt();
}

torch::Tensor complete_anchors(const PairMasks& pairs) {
  return pairs.positives.any(1).logical_and(pairs.negatives.any(1));
}

torch::Tensor mean_where(const torch::Tensor& values, const torch::Tensor& allowed) {
  return values.masked_fill(allowed.logical_not(), 0).sum() / allowed.sum().clamp_min(1);
}

torch::Tensor log_sum_exp_where(const torch::Tensor& values, const torch::Tensor& allowed) {
  // A row of -inf only would have a gradient of NaN, so a row with nothing allowed stays as it is.
  const torch::Tensor shut = allowed.logical_not().logical_and(allowed.any(1, /*keepdim=*/true));
  return values.masked_fill(shut, -std::numeric_limits<double>::infinity()).logsumexp(1);
}

}  // namespace simdb::training
