#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <vector>

#include "encoder/preprocess.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// The encoder as it is trained. Parameters are drawn from torch's default generator: seed it
/// first. Thread-compatible.
class Network : public torch::nn::Module {
 public:
  /// Throws Error(kUsage) if `depth` halvings leave no pixel of the input.
  Network(const InputSpec& input, const NetworkOptions& options);

  /// N x channels x height x width, normalised as `input` says -> N x dimension, rows of unit
  /// length.
  torch::Tensor forward(const torch::Tensor& planes);

  struct Block {
    torch::nn::Conv2d conv = nullptr;
    torch::nn::BatchNorm2d norm = nullptr;  ///< empty without batch norm
  };
  /// Everything the network remembers, copied: parameters and batch norm's running statistics.
  std::vector<torch::Tensor> copy_weights() const;
  void restore_weights(const std::vector<torch::Tensor>& weights);

  const std::vector<Block>& blocks() const noexcept { return blocks_; }
  const torch::nn::Linear& dense() const noexcept { return dense_; }

 private:
  std::vector<Block> blocks_;
  torch::nn::Linear dense_ = nullptr;
};

}  // namespace simdb::training
