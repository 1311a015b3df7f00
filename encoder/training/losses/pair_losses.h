#pragma once

#include <torch/types.h>

#include "encoder/training/miners.h"

namespace simdb::training {

// Losses that judge every pair alone. A batch has many more negative than positive pairs; each kind
// counts one half, as if pairs were drawn half and half. A kind without pairs counts 0.
// `embeddings` are N x D, rows of unit length; s is the dot product, d the Euclidean distance.

/// d^2 of positive pairs, max(margin - d, 0)^2 of negative ones (Hadsell et al., "Dimensionality
/// Reduction by Learning an Invariant Mapping", CVPR 2006).
torch::Tensor contrastive_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                               double margin);

/// (s - 1)^2 of positive pairs, s^2 of negative ones: the dot product of the twins as the answer to
/// "the same class?".
torch::Tensor pair_loss(const torch::Tensor& embeddings, const PairMasks& pairs);

}  // namespace simdb::training
