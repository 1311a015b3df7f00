#pragma once

#include <torch/types.h>

#include <vector>

#include "encoder/model/onnx_model.h"
#include "encoder/training/head_options.h"
#include "encoder/training/trainable_encoder.h"

namespace simdb::training {

/// One dense layer on a backbone's features that starts as a good one and is held near it, so that
/// classes which the training never saw keep what the start gave them: L2-SP of Li, Grandvalet and
/// Davoine, "Explicit Inductive Bias for Transfer Learning with Convolutional Networks" (ICML
/// 2018). Or it learns freely, and only a part of what it learned is kept: the weights lie on the
/// line from the start to the trained ones, WiSE-FT of Wortsman et al., "Robust fine-tuning of
/// zero-shot models" (CVPR 2022). The change starts at zero: nothing is drawn. What dropout leaves
/// out is drawn from torch's default generator of the CPU. Thread-compatible.
class AnchoredHead final : public TrainableEncoder {
 public:
  /// `start` takes the rows of `features` (rows x width, those of the training images);
  /// BackboneOptions::anchor weighs the penalty, and kept_change is the part kept. Throws
  /// Error(kUsage) if `start` does not fit the features or has no valid dimension, or a number
  /// makes no sense.
  AnchoredHead(const torch::Tensor& features, const DenseLayer& start,
               const BackboneOptions& options, torch::Device device = torch::kCPU);

  /// Rows of features as the backbone gives them -> N x dimension, rows of unit length. In training
  /// the whole change acts, else the part of it that is kept.
  torch::Tensor forward(const torch::Tensor& features, torch::ScalarType arithmetic) override;
  using TrainableEncoder::forward;

  /// anchor * |W - W0|^2 / |W0|^2, W0 being the start's weights.
  torch::Tensor penalty() const override;

  /// N x views x features -> the features of the images as they are.
  torch::Tensor prepare(const torch::Tensor& pixels, const InputSpec& input) const override;
  std::int64_t dimension() const override { return start_.size(0); }
  std::vector<Layer> export_layers() const override;

 private:
  struct Weights {
    torch::Tensor matrix;
    torch::Tensor bias;
  };
  Weights weights(double change) const;

  double anchor_;
  double kept_;
  double dropout_;
  double step_;          ///< what a change of 1 is in the weights
  torch::Tensor start_;  // buffers: they are saved and restored with the parameters
  torch::Tensor mean_;
  torch::Tensor start_bias_;
  torch::Tensor change_;
  torch::Tensor bias_;
};

}  // namespace simdb::training
