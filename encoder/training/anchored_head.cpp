#include "encoder/training/anchored_head.h"

#include <fmt/format.h>

#include "encoder/training/head_parts_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::training {
namespace {

// The optimizer's steps are about the learning rate, whatever the gradient; this many mean weights
// per unit make the usual rate right for a head of any scale.
constexpr double kStep = 15;
constexpr double kMostAnchor = 1e6;

}  // namespace

AnchoredHead::AnchoredHead(const torch::Tensor& features, const DenseLayer& start,
                           const BackboneOptions& options, torch::Device device)
    : anchor_(options.anchor), kept_(options.kept_change), dropout_(options.dropout) {
  if (features.dim() != 2 || features.size(0) < 1 || features.size(1) != start.in_features) {
    throw Error(ErrorCode::kUsage, "a head needs features that fit the layer it starts as");
  }
  require_model_dimension(static_cast<std::size_t>(start.out_features));
  require_valid_dropout(dropout_);
  if (!(anchor_ >= 0 && anchor_ <= kMostAnchor)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("an anchor of {} is not between 0 and {:g}", anchor_, kMostAnchor));
  }
  if (!(kept_ >= 0 && kept_ <= 1)) {
    throw Error(ErrorCode::kUsage, fmt::format("{} of a change can't be kept", kept_));
  }
  const torch::NoGradGuard no_gradients;
  const auto take = [](const std::vector<float>& values, torch::IntArrayRef shape) {
    return torch::tensor(values).view(shape);
  };
  const torch::Tensor weight = take(start.weight, {start.out_features, start.in_features});
  // In double: the mean of many rows of floats would lose digits.
  const torch::Tensor mean = features.to(torch::kFloat64).mean(0);
  const torch::Tensor bias = take(start.bias, {start.out_features}).to(torch::kFloat64) +
                             weight.to(torch::kFloat64).matmul(mean);
  step_ = kStep * weight.abs().mean().item<float>();
  start_ = register_buffer("start", weight);
  mean_ = register_buffer("mean", mean.to(torch::kFloat32));
  change_ = register_parameter("change", torch::zeros_like(weight));
  start_bias_ = register_buffer("start_bias", bias.to(torch::kFloat32));
  bias_ = register_parameter("bias", start_bias_.clone());
  to(device);
}

AnchoredHead::Weights AnchoredHead::weights(double change) const {
  return {start_ + change * step_ * change_, start_bias_ + change * (bias_ - start_bias_)};
}

torch::Tensor AnchoredHead::forward(const torch::Tensor& features,
                                    torch::ScalarType /*arithmetic*/) {
  torch::Tensor x = features - mean_;
  if (is_training()) x = drop_features(x, dropout_);
  const Weights now = weights(is_training() ? 1 : kept_);
  return unit_rows(torch::addmm(now.bias, x, now.matrix.t()));
}

torch::Tensor AnchoredHead::penalty() const {
  return anchor_ * (step_ * change_).square().sum() / start_.square().sum();
}

torch::Tensor AnchoredHead::prepare(const torch::Tensor& pixels, const InputSpec& /*input*/) const {
  return pixels.select(1, 0);
}

std::vector<Layer> AnchoredHead::export_layers() const {
  // W (x - mean) + b = W x + (b - W mean), in double.
  const Weights kept = weights(kept_);
  const torch::Tensor wide = kept.matrix.detach().to(torch::kFloat64);
  return {to_layer(wide,
                   kept.bias.detach().to(torch::kFloat64) - wide.matmul(mean_.to(torch::kFloat64)),
                   false)};
}

}  // namespace simdb::training
