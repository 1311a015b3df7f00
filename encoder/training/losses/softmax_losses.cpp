#include "encoder/training/losses/softmax_losses.h"

#include <limits>

#include "encoder/training/losses/pair_math.h"

namespace simdb::training {
namespace {

/// log(1 + sum(exp(x))) over the allowed x of every row; 0 for a row with none.
torch::Tensor log_one_plus_sum_exp(const torch::Tensor& values, const torch::Tensor& allowed) {
  return torch::softplus(log_sum_exp_where(values, allowed))
      .masked_fill(allowed.any(1).logical_not(), 0);
}

/// The pairs of multi_similarity_loss with `hard_only`.
PairMasks hard_pairs(const torch::Tensor& s, const PairMasks& pairs) {
  constexpr double kSlack = 0.1;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const torch::Tensor nearest_negative =
      s.masked_fill(pairs.negatives.logical_not(), -kInfinity).amax(1, /*keepdim=*/true);
  const torch::Tensor farthest_positive =
      s.masked_fill(pairs.positives.logical_not(), kInfinity).amin(1, /*keepdim=*/true);
  return {pairs.positives.logical_and(s.lt(nearest_negative + kSlack)),
          pairs.negatives.logical_and(s.gt(farthest_positive - kSlack))};
}

}  // namespace

torch::Tensor circle_loss(const torch::Tensor& embeddings, const PairMasks& pairs, double margin,
                          double scale) {
  const torch::Tensor s = similarities(embeddings);
  const torch::Tensor negative_weights = scale * (s.detach() + margin).clamp_min(0);
  const torch::Tensor positive_weights = -scale * (1 + margin - s.detach()).clamp_min(0);
  const torch::Tensor losses =
      torch::softplus(log_sum_exp_where(negative_weights * (s - margin), pairs.negatives) +
                      log_sum_exp_where(positive_weights * (s - (1 - margin)), pairs.positives));
  return mean_where(losses, complete_anchors(pairs));
}

torch::Tensor multi_similarity_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                                    double center, double scale, bool hard_only) {
  constexpr double kPositiveScale = 2;
  const torch::Tensor s = similarities(embeddings);
  const PairMasks seen = hard_only ? hard_pairs(s.detach(), pairs) : pairs;
  const torch::Tensor losses =
      log_one_plus_sum_exp(-kPositiveScale * (s - center), seen.positives) / kPositiveScale +
      log_one_plus_sum_exp(scale * (s - center), seen.negatives) / scale;
  return mean_where(losses, complete_anchors(pairs));
}

torch::Tensor supcon_loss(const torch::Tensor& embeddings, const PairMasks& pairs, double scale) {
  const torch::Tensor logits = scale * similarities(embeddings);
  const torch::Tensor all = log_sum_exp_where(logits, pairs.positives.logical_or(pairs.negatives));
  const torch::Tensor of_positives = logits.masked_fill(pairs.positives.logical_not(), 0).sum(1) /
                                     pairs.positives.sum(1).clamp_min(1);
  return mean_where(all - of_positives, complete_anchors(pairs));
}

torch::Tensor nt_xent_loss(const torch::Tensor& embeddings, const PairMasks& pairs, double margin,
                           double scale) {
  const torch::Tensor s = similarities(embeddings);
  const torch::Tensor of_negatives = log_sum_exp_where(scale * s, pairs.negatives).unsqueeze(1);
  return mean_where(torch::softplus(of_negatives - scale * (s - margin)),
                    pairs.positives.logical_and(pairs.negatives.any(1, /*keepdim=*/true)));
}

}  // namespace simdb::training
