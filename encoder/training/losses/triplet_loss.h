#pragma once

#include <torch/types.h>

#include "encoder/training/loss_options.h"
#include "encoder/training/miners.h"

namespace simdb::training {

struct TripletRule {
  MinerKind miner = MinerKind::kSemiHard;
  double margin = 0.5;  ///< of Euclidean distances between unit vectors, which lie in [0, 2]
  double scale = 10;    ///< of the soft margin
  bool soft_margin = false;
};

/// Of the triplets that the miner chooses, max(d(a,p) - d(a,n) + margin, 0), averaged over those
/// where it is not 0 (averaging over all lets the few that still teach fade away). With the soft
/// margin log(1 + exp(scale * (d(a,p) - d(a,n)))) / scale, averaged over all (Hermans et al., "In
/// Defense of the Triplet Loss", 2017). `embeddings` are N x D, rows of unit length; 0 if there is
/// no triplet.
torch::Tensor triplet_loss(const torch::Tensor& embeddings, const PairMasks& pairs,
                           const TripletRule& rule);

}  // namespace simdb::training
