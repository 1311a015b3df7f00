#pragma once

#include <torch/nn/module.h>

#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"

namespace simdb::training {

/// What a training moves: a network that sees images, or a head that sees the features a backbone
/// found in them. Thread-compatible.
class TrainableEncoder : public torch::nn::Module {
 public:
  /// Samples::pixels, or some rows of it, as they are outside training -> what forward() takes.
  virtual torch::Tensor prepare(const torch::Tensor& pixels, const InputSpec& input) const = 0;

  /// Embeddings, N x dimension floats, rows of unit length. `arithmetic` is the type that large
  /// layers may calculate in: kFloat32 or kBFloat16.
  virtual torch::Tensor forward(const torch::Tensor& inputs, torch::ScalarType arithmetic) = 0;
  torch::Tensor forward(const torch::Tensor& inputs) { return forward(inputs, torch::kFloat32); }

  /// What is added to the loss of every batch; undefined for nothing.
  virtual torch::Tensor penalty() const { return {}; }

  virtual std::int64_t dimension() const = 0;

  /// What was trained, as it acts in evaluation mode. The encoder must be on the CPU.
  virtual std::vector<Layer> export_layers() const = 0;

  /// Everything the encoder remembers, sharing its memory: parameters, then buffers, such as batch
  /// norm's running statistics.
  std::vector<torch::Tensor> state() const;
  std::vector<torch::Tensor> copy_weights() const;
  void restore_weights(const std::vector<torch::Tensor>& weights);

  torch::Device device() const { return parameters().front().device(); }
};

}  // namespace simdb::training
