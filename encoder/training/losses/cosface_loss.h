#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "encoder/training/losses.h"

namespace simdb::training {

/// Cross-entropy over classes, each of which has a proxy, a learned direction: the logits are
/// scale * (cosine to the proxy - margin for the image's own class); the mean over the images (Wang
/// et al., "CosFace", CVPR 2018). Compares images with proxies only, so LossBatch::pairs and groups
/// have no part in it.
class CosFaceLoss final : public Loss {
 public:
  /// Draws the proxies from torch's default CPU generator and puts them on `device`.
  CosFaceLoss(std::int64_t class_count, std::int64_t dimension, double margin, double scale,
              torch::Device device);

  torch::Tensor operator()(const LossBatch& batch) override;

  /// The proxies, class_count x dimension; their lengths do not matter.
  std::vector<torch::Tensor> parameters() const override { return {proxies_}; }

 private:
  torch::Tensor proxies_;
  double margin_;
  double scale_;
};

}  // namespace simdb::training
