#pragma once

#include <torch/types.h>

#include "encoder/training/miners.h"

namespace simdb::training {

// Losses that weigh the pairs of an anchor against each other by exp(scale * similarity), so that
// hard pairs count most and no miner is needed. `embeddings` are N x D, rows of unit length; s is
// the dot product of a pair, p runs over the anchor's positives, n over its negatives.

/// log(1 + sum_n exp(scale * a_n * (s - margin)) * sum_p exp(-scale * a_p * (s - 1 + margin))) with
/// the weights a_n = max(s + margin, 0) and a_p = max(1 + margin - s, 0), which the gradient does
/// not follow; the mean over the anchors (Sun et al., "Circle Loss", CVPR 2020).
torch::Tensor circle_loss(const torch::Tensor& embeddings, const PairMasks& pairs, double margin,
                          double scale);

/// log(1 + sum_p exp(-2 * (s - center))) / 2 + log(1 + sum_n exp(scale * (s - center))) / scale;
/// the mean over the anchors (Wang et al., "Multi-Similarity Loss", CVPR 2019). With `hard_only`
/// the sums run, as in the paper, over the negatives more similar than the anchor's least similar
/// positive less 0.1, and over the positives less similar than its most similar negative plus 0.1.
torch::Tensor multi_similarity_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                                    double center, double scale, bool hard_only);

/// -log(exp(scale * s_p) / sum over p and n of exp(scale * s)), averaged over p, then over the
/// anchors: L_out of Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020.
torch::Tensor supcon_loss(const torch::Tensor& embeddings, const PairMasks& pairs, double scale);

/// -log(x / (x + sum_n exp(scale * s_n))) with x = exp(scale * (s_p - margin)), averaged over all
/// positive pairs whose anchor has negatives. Unlike supcon_loss a pair does not compete with the
/// anchor's other positives (Chen et al., "SimCLR", ICML 2020, with an additive margin).
torch::Tensor nt_xent_loss(const torch::Tensor& embeddings, const PairMasks& pairs, double margin,
                           double scale);

}  // namespace simdb::training
