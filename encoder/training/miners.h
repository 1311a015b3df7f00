#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace simdb::training {

/// Which pairs of a batch of N rows may be compared: N x N booleans. Pairs of different groups are
/// neither.
struct PairMasks {
  torch::Tensor positives;  ///< same group, same class, not the row itself
  torch::Tensor negatives;  ///< same group, other class
};

PairMasks make_pair_masks(const std::vector<int>& labels, const std::vector<int>& groups,
                          torch::Device device = torch::kCPU);

/// T triplets: int64 row numbers, each of shape {T}.
struct Triplets {
  torch::Tensor anchors;
  torch::Tensor positives;
  torch::Tensor negatives;
};

// Miners choose the triplets that teach most (MinerKind::kBatchAll needs none: every triplet
// counts). `distances` is N x N; gradients are not followed.
// Among equals the lower row is chosen, so one batch always gives one answer.

/// For every positive pair the nearest negative that is farther than the positive but within the
/// margin; where there is none, the farthest negative (Schroff et al., "FaceNet", CVPR 2015).
Triplets mine_semi_hard(const torch::Tensor& distances, const PairMasks& pairs, double margin);

/// For every anchor its farthest positive and its nearest negative (Hermans et al., "In Defense of
/// the Triplet Loss", 2017).
Triplets mine_batch_hard(const torch::Tensor& distances, const PairMasks& pairs);

}  // namespace simdb::training
