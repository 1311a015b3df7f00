#include "encoder/training/backbone_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "encoder/training/head_parts_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::training {
namespace {

// A feature that varies less than this share of the average spread says nothing, and scaling it up
// would make it noise.
constexpr double kLeastSpread = 1e-4;

void require_valid(const torch::Tensor& features, const HeadOptions& options) {
  if (features.dim() != 2 || features.size(0) < 1 || features.size(1) < 1) {
    throw Error(ErrorCode::kUsage, "a head needs features to train on");
  }
  if (options.hidden < 0) {
    throw Error(ErrorCode::kUsage,
                fmt::format("a hidden layer of {} is not possible; 0 is none", options.hidden));
  }
  require_valid_dropout(options.dropout);
  require_model_dimension(static_cast<std::size_t>(std::max(options.dimension, 0)));
}

}  // namespace

HeadNetwork::HeadNetwork(const torch::Tensor& features, const HeadOptions& options,
                         torch::Device device)
    : options_(options) {
  require_valid(features, options);
  const torch::NoGradGuard no_gradients;
  // In double: the mean of many rows of floats would lose digits.
  const torch::Tensor rows = features.to(torch::kFloat64);
  const torch::Tensor mean = rows.mean(0);
  const torch::Tensor spread = (rows - mean).square().mean(0).sqrt();
  const torch::Tensor least = spread.mean() * kLeastSpread;
  const torch::Tensor scale = torch::where(spread > least, spread, torch::ones_like(spread));
  mean_ = register_buffer("mean", mean.to(torch::kFloat32));
  scale_ = register_buffer("scale", scale.to(torch::kFloat32));
  std::int64_t width = features.size(1);
  if (options.hidden > 0) {
    hidden_ = register_module("hidden", torch::nn::Linear(width, options.hidden));
    width = options.hidden;
  }
  dense_ = register_module("dense", torch::nn::Linear(width, options.dimension));
  to(device);
}

torch::Tensor HeadNetwork::forward(const torch::Tensor& features,
                                   torch::ScalarType /*arithmetic*/) {
  torch::Tensor x = (features - mean_) / scale_;
  if (is_training()) x = drop_features(x, options_.dropout);
  if (hidden_) x = torch::relu(hidden_->forward(x));
  return unit_rows(dense_->forward(x));
}

std::vector<DenseLayer> export_head(const HeadNetwork& head) {
  const torch::nn::Linear& first = head.hidden() ? head.hidden() : head.dense();
  // W ((x - mean) / scale) + b = (W / scale) x + (b - (W / scale) mean), in double.
  const torch::Tensor weight =
      first->weight.detach().to(torch::kFloat64) / head.scale().to(torch::kFloat64);
  const torch::Tensor bias =
      first->bias.detach().to(torch::kFloat64) - weight.matmul(head.mean().to(torch::kFloat64));
  std::vector<DenseLayer> layers = {to_layer(weight, bias, bool{head.hidden()})};
  if (head.hidden()) {
    layers.push_back(to_layer(head.dense()->weight, head.dense()->bias, false));
  }
  return layers;
}

torch::Tensor HeadNetwork::prepare(const torch::Tensor& pixels, const InputSpec& /*input*/) const {
  return pixels.select(1, 0);
}

std::vector<Layer> HeadNetwork::export_layers() const {
  std::vector<Layer> layers;
  for (DenseLayer& layer : export_head(*this)) layers.emplace_back(std::move(layer));
  return layers;
}

}  // namespace simdb::training
