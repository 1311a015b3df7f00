#include "encoder/training/miners.h"

#include <limits>
#include <tuple>

namespace simdb::training {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

torch::Tensor nearest(const torch::Tensor& distances, const torch::Tensor& allowed) {
  return distances.masked_fill(allowed.logical_not(), kInfinity).argmin(1);
}

torch::Tensor farthest(const torch::Tensor& distances, const torch::Tensor& allowed) {
  return distances.masked_fill(allowed.logical_not(), -kInfinity).argmax(1);
}

}  // namespace

PairMasks make_pair_masks(const std::vector<int>& labels, const std::vector<int>& groups,
                          torch::Device device) {
  const auto label = torch::tensor(labels, torch::kInt32).to(device);
  const auto group = torch::tensor(groups, torch::kInt32).to(device);
  const auto same_label = label.unsqueeze(0).eq(label.unsqueeze(1));
  const auto same_group = group.unsqueeze(0).eq(group.unsqueeze(1));
  const auto self = torch::eye(label.size(0), torch::TensorOptions(torch::kBool).device(device));
  return {same_label.logical_and(same_group).logical_and(self.logical_not()),
          same_label.logical_not().logical_and(same_group)};
}

Triplets mine_semi_hard(const torch::Tensor& distances, const PairMasks& pairs, double margin) {
  const torch::Tensor measured = distances.detach();
  const torch::Tensor has_negative = pairs.negatives.any(1, /*keepdim=*/true);
  const torch::Tensor pair_rows = pairs.positives.logical_and(has_negative).nonzero();
  const torch::Tensor anchors = pair_rows.select(1, 0).contiguous();
  const torch::Tensor positives = pair_rows.select(1, 1).contiguous();

  const torch::Tensor from_anchor = measured.index_select(0, anchors);
  const torch::Tensor to_positive = from_anchor.gather(1, positives.unsqueeze(1));
  const torch::Tensor negatives = pairs.negatives.index_select(0, anchors);
  const torch::Tensor semi_hard = negatives.logical_and(from_anchor.gt(to_positive))
                                      .logical_and(from_anchor.lt(to_positive + margin));
  return {anchors, positives,
          torch::where(semi_hard.any(1), nearest(from_anchor, semi_hard),
                       farthest(from_anchor, negatives))};
}

Triplets mine_batch_hard(const torch::Tensor& distances, const PairMasks& pairs) {
  const torch::Tensor usable = pairs.positives.any(1).logical_and(pairs.negatives.any(1));
  const torch::Tensor anchors = usable.nonzero().squeeze(1);
  const torch::Tensor from_anchor = distances.detach().index_select(0, anchors);
  return {anchors, farthest(from_anchor, pairs.positives.index_select(0, anchors)),
          nearest(from_anchor, pairs.negatives.index_select(0, anchors))};
}

}  // namespace simdb::training
