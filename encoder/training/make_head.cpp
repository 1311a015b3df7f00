#include "encoder/training/make_head.h"

#include <algorithm>
#include <span>

#include "encoder/model/feature_head.h"
#include "encoder/training/anchored_head.h"
#include "encoder/training/backbone_head.h"
#include "encoder/training/network.h"

namespace simdb::training {
namespace {

// More images move the axes little, and cost time that grows with their number.
constexpr std::int64_t kMostRows = 8192;

/// Of the images as they are.
DenseLayer fit_start(const torch::Tensor& features, int dimension) {
  const std::int64_t step = (features.size(0) + kMostRows - 1) / kMostRows;
  const torch::Tensor rows = features.select(1, 0).slice(0, 0, features.size(0), step).contiguous();
  return fit_whitened_pca({rows.data_ptr<float>(), static_cast<std::size_t>(rows.numel())},
                          static_cast<std::size_t>(rows.size(1)),
                          static_cast<std::size_t>(dimension));
}

}  // namespace

std::unique_ptr<TrainableEncoder> make_head(const torch::Tensor& features,
                                            const BackboneOptions& options, int dimension,
                                            torch::Device device) {
  const torch::Tensor rows = features.flatten(0, 1);
  if (options.hidden > 0 || (!options.start && rows.size(1) < dimension)) {
    return std::make_unique<HeadNetwork>(
        rows, HeadOptions{options.hidden, dimension, options.dropout}, device);
  }
  const DenseLayer start = options.start ? *options.start : fit_start(features, dimension);
  return std::make_unique<AnchoredHead>(rows, start, options, device);
}

std::unique_ptr<TrainableEncoder> make_encoder(const InputSpec& input, const torch::Tensor& images,
                                               const TrainOptions& options) {
  const int dimension = options.network.dimension;
  if (options.backbone) return make_head(images, *options.backbone, dimension, options.device);
  return std::make_unique<Network>(input, options.network, options.device);
}

}  // namespace simdb::training
