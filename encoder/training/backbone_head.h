#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>

#include <vector>

#include "core/progress.h"
#include "encoder/backbone_features.h"
#include "encoder/feature_cache.h"
#include "encoder/onnx_model.h"
#include "encoder/training/labeled_images.h"

namespace simdb::training {

/// What is trained on a backbone's features.
struct HeadOptions {
  int hidden = 0;  ///< width of a layer with ReLU in between; 0: none
  int dimension = 16;
  double dropout = 0.2;  ///< share of the features that are left out in training
};

/// Features are standardised, then dropout, Linear and ReLU if there is a hidden layer, Linear, L2
/// normalisation. Parameters are drawn from torch's default generator: seed it first.
/// Thread-compatible.
class HeadNetwork : public torch::nn::Module {
 public:
  /// Mean and standard deviation are taken from `features`, rows x features, those of the training
  /// images. Throws Error(kUsage) if it has no rows, or an option makes no sense.
  HeadNetwork(const torch::Tensor& features, const HeadOptions& options);

  /// Rows of features as the backbone gives them -> N x dimension, rows of unit length.
  torch::Tensor forward(const torch::Tensor& features);

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

/// The features of all images, images x features, from `cache` where it has them. When `progress`
/// returns false there are fewer rows. Throws Error(kUsage) if the images were fitted to another
/// input than the backbone's, and what cached_features throws.
torch::Tensor feature_tensor(const LabeledImages& images, const BackboneFeatures& backbone,
                             FeatureCache& cache, const ProgressCallback& progress = {});

}  // namespace simdb::training
