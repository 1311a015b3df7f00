#include "encoder/training/onnx_export.h"

#include <vector>

#include "encoder/training/tensor_floats_internal.h"

namespace simdb::training {
namespace {

ConvLayer export_convolution(const torch::nn::Conv2d& conv, const torch::nn::BatchNorm2d& norm,
                             bool relu) {
  // Folded in double: the product of three floats would cost accuracy for nothing.
  torch::Tensor weight = conv->weight.detach().to(torch::kFloat64);
  torch::Tensor bias = conv->bias.defined() ? conv->bias.detach().to(torch::kFloat64)
                                            : torch::zeros({weight.size(0)}, torch::kFloat64);
  if (!norm.is_empty()) {
    const torch::Tensor gain = norm->weight.detach().to(torch::kFloat64) /
                               (norm->running_var.to(torch::kFloat64) + norm->options.eps()).sqrt();
    weight = weight * gain.view({-1, 1, 1, 1});
    bias = (bias - norm->running_mean) * gain + norm->bias.detach();
  }
  ConvLayer layer;
  layer.in_channels = static_cast<int>(weight.size(1));
  layer.out_channels = static_cast<int>(weight.size(0));
  layer.kernel = static_cast<int>(weight.size(2));
  layer.weight = to_floats(weight);
  layer.bias = to_floats(bias);
  layer.relu = relu;
  return layer;
}

Layer export_stage(const Network::Stage& stage) {
  if (!stage.residual()) return export_convolution(stage.first.conv, stage.first.norm, true);
  ResidualLayer layer;
  layer.first = export_convolution(stage.first.conv, stage.first.norm, true);
  layer.second = export_convolution(stage.second.conv, stage.second.norm, false);
  if (!stage.shortcut.is_empty()) {
    layer.shortcut = export_convolution(stage.shortcut, nullptr, false);
  }
  return layer;
}

}  // namespace

EncoderModel export_network(const Network& network, const InputSpec& input) {
  EncoderModel model;
  model.input = input;
  for (const auto& stage : network.stages()) {
    model.layers.push_back(export_stage(stage));
    if (stage.pool) model.layers.emplace_back(MaxPoolLayer{});
  }
  const torch::Tensor& weight = network.dense()->weight;
  DenseLayer dense;
  dense.in_features = static_cast<int>(weight.size(1));
  dense.out_features = static_cast<int>(weight.size(0));
  dense.weight = to_floats(weight);
  dense.bias = to_floats(network.dense()->bias);
  model.layers.emplace_back(std::move(dense));
  return model;
}

}  // namespace simdb::training
