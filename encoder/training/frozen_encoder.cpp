#include "encoder/training/frozen_encoder.h"

#include "encoder/training/embed.h"

namespace simdb::training {
namespace {

template <typename... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};
template <typename... Each>
Overloaded(Each...) -> Overloaded<Each...>;

// ITU-R BT.601, as fit_to_input makes grey of colour.
torch::Tensor to_grey(const torch::Tensor& planes) {
  const torch::Tensor share = torch::tensor({0.299F, 0.587F, 0.114F}).view({1, 3, 1, 1});
  return (planes * share).sum(1, /*keepdim=*/true);
}

}  // namespace

FrozenEncoder::FrozenEncoder(const EncoderModel& model) : model_(model) {
  const auto convolution = [&](const ConvLayer& layer) {
    keep(layer.weight, {layer.out_channels, layer.in_channels, layer.kernel, layer.kernel},
         layer.bias);
  };
  for (const Layer& layer : model_.layers) {
    std::visit(Overloaded{convolution,
                          [&](const ResidualLayer& block) {
                            convolution(block.first);
                            convolution(block.second);
                            if (block.shortcut) convolution(*block.shortcut);
                          },
                          [&](const DenseLayer& dense) {
                            keep(dense.weight, {dense.out_features, dense.in_features}, dense.bias);
                            dimension_ = dense.out_features;
                          },
                          [](const MaxPoolLayer&) {}, [](const AveragePoolLayer&) {}},
               layer);
  }
}

void FrozenEncoder::keep(const std::vector<float>& weight, torch::IntArrayRef shape,
                         const std::vector<float>& bias) {
  weights_.push_back({torch::tensor(weight).view(shape), torch::tensor(bias)});
}

torch::Tensor FrozenEncoder::apply(const ConvLayer& layer, const torch::Tensor& x,
                                   std::size_t& next) const {
  const auto& [weight, bias] = weights_[next++];
  const torch::Tensor y = torch::conv2d(x, weight, bias, 1, layer.kernel / 2);
  return layer.relu ? torch::relu(y) : y;
}

torch::Tensor FrozenEncoder::forward(const torch::Tensor& planes) const {
  const bool sees_grey = model_.input.channels == 1 && planes.size(1) == 3;
  torch::Tensor x = normalize_planes(sees_grey ? to_grey(planes) : planes, model_.input);
  std::size_t next = 0;  // of weights_
  for (const Layer& layer : model_.layers) {
    x = std::visit(
        Overloaded{[&](const ConvLayer& convolution) { return apply(convolution, x, next); },
                   [&](const ResidualLayer& block) {
                     const torch::Tensor inner = apply(block.first, x, next);
                     const torch::Tensor outer = apply(block.second, inner, next);
                     const torch::Tensor past =
                         block.shortcut ? apply(*block.shortcut, x, next) : x;
                     return torch::relu(outer + past);
                   },
                   [&](const MaxPoolLayer& pool) { return torch::max_pool2d(x, pool.size); },
                   [&](const AveragePoolLayer&) { return x.mean({2, 3}, /*keepdim=*/true); },
                   [&](const DenseLayer& dense) {
                     const auto& [weight, bias] = weights_[next++];
                     const torch::Tensor y = torch::linear(x.flatten(1), weight, bias);
                     return dense.relu ? torch::relu(y) : y;
                   }},
        layer);
  }
  constexpr double kTiny = 1e-12;  // a zero vector stays zero instead of becoming NaN
  return x / x.norm(2, 1, /*keepdim=*/true).clamp_min(kTiny);
}

}  // namespace simdb::training
