#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "encoder/training/loss_options.h"
#include "encoder/training/miners.h"

namespace simdb::training {

/// What a loss sees of a batch of N images; all tensors on one device.
struct LossBatch {
  torch::Tensor embeddings;  ///< N x D floats or doubles, rows of unit length
  PairMasks pairs;
  torch::Tensor classes;  ///< int64 {N}, each below make_loss's class count; read by proxies only
};

/// Says how badly a batch is embedded. The answer is a scalar of the embeddings' type with a
/// gradient; images without anything to compare add nothing to it, and 0 is the answer if all are
/// so. Pairs of different groups are never compared. On a CPU one input has one answer and one
/// gradient, bit for bit. Thread-compatible.
class Loss {
 public:
  virtual ~Loss() = default;
  virtual torch::Tensor operator()(const LossBatch& batch) = 0;

  /// What the loss learns itself, for the optimizer; most learn nothing.
  virtual std::vector<torch::Tensor> parameters() const { return {}; }
};

/// The loss that `options` name, for embeddings of `dimension` numbers; `class_count` is what
/// proxies need. Parameters are drawn from torch's default CPU generator and put on `device`.
/// Throws Error(kUsage) for options that make no sense.
std::unique_ptr<Loss> make_loss(const LossOptions& options, std::int64_t class_count,
                                std::int64_t dimension, torch::Device device = torch::kCPU);

}  // namespace simdb::training
