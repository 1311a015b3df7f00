#pragma once

#include <torch/types.h>

#include "encoder/training/miners.h"

namespace simdb::training {

// Steps that the losses share. `allowed` is a mask of booleans of the same shape as `values`.

/// Dot products of the rows of `embeddings` (N x D): N x N.
torch::Tensor similarities(const torch::Tensor& embeddings);

/// Euclidean distances between the rows of `embeddings` (N x D, unit length): N x N, in [0, 2]. The
/// gradient of two equal rows is 0, not NaN.
torch::Tensor pairwise_distances(const torch::Tensor& embeddings);

/// Rows that have a positive and a negative: {N} booleans.
torch::Tensor complete_anchors(const PairMasks& pairs);

/// The mean of the values that are allowed; 0 if none is.
torch::Tensor mean_where(const torch::Tensor& values, const torch::Tensor& allowed);

/// log(sum(exp(x))) over the allowed x of every row: N x M -> {N}. A row with none gives some
/// number without meaning: mask it.
torch::Tensor log_sum_exp_where(const torch::Tensor& values, const torch::Tensor& allowed);

}  // namespace simdb::training
