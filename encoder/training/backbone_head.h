#pragma once

#include <torch/nn/modules/linear.h>

#include <vector>

#include "encoder/model/onnx_model.h"
#include "encoder/training/head_options.h"
#include "encoder/training/trainable_encoder.h"

namespace simdb::training {

/// Features are standardised, then dropout, Linear and ReLU if there is a hidden layer, Linear, L2
/// normalisation. Parameters, and what is left out in training, are drawn from torch's default
/// generator of the CPU: seed it first.
/// Thread-compatible.
class HeadNetwork : public TrainableEncoder {
 public:
  /// Mean and standard deviation are taken from `features`, rows x features, those of the training
  /// images. Throws Error(kUsage) if it has no rows, or an option makes no sense.
  HeadNetwork(const torch::Tensor& features, const HeadOptions& options,
              torch::Device device = torch::kCPU);

  /// Rows of features as the backbone gives them -> N x dimension, rows of unit length.
  torch::Tensor forward(const torch::Tensor& features, torch::ScalarType arithmetic) override;
  using TrainableEncoder::forward;

  /// N x views x features -> the features of the images as they are.
  torch::Tensor prepare(const torch::Tensor& pixels, const InputSpec& input) const override;
  std::int64_t dimension() const override { return options_.dimension; }
  std::vector<Layer> export_layers() const override;

  const HeadOptions& options() const noexcept { return options_; }
  const torch::Tensor& mean() const noexcept { return mean_; }
  const torch::Tensor& scale() const noexcept { return scale_; }
  const torch::nn::Linear& hidden() const noexcept { return hidden_; }  ///< empty if there is none
  const torch::nn::Linear& dense() const noexcept { return dense_; }

 private:
  HeadOptions options_;
  torch::Tensor mean_;  // buffers: they are saved and restored with the parameters
  torch::Tensor scale_;
  torch::nn::Linear hidden_ = nullptr;
  torch::nn::Linear dense_ = nullptr;
};

/// The head as it acts in evaluation mode, the standardisation folded into its first layer: what
/// write_backbone_model takes.
std::vector<DenseLayer> export_head(const HeadNetwork& head);

}  // namespace simdb::training
