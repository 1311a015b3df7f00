#pragma once

#include <torch/types.h>

#include "encoder/training/miners.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// Euclidean distances between the rows of `embeddings` (N x D, unit length): N x N, in [0, 2]. The
/// gradient of two equal rows is 0, not NaN.
torch::Tensor pairwise_distances(const torch::Tensor& embeddings);

/// max(d(a,p) - d(a,n) + margin, 0), averaged over the triplets where it is not 0 (averaging over
/// all lets the few that still teach fade away); 0 if there is none. `distances` is N x N.
torch::Tensor triplet_loss(const torch::Tensor& distances, const Triplets& triplets, double margin);

/// A loss over a batch of unit vectors (N x D) and the pairs that may be compared: a scalar with
/// gradient.
using Loss = torch::Tensor (*)(const torch::Tensor& embeddings, const PairMasks& pairs,
                               const TrainOptions& options);

/// The function behind TrainOptions::loss. Throws Error(kUsage) for a value outside the enum.
Loss loss_function(LossKind kind);

}  // namespace simdb::training
