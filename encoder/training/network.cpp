#include "encoder/training/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "encoder/training/embed.h"
#include "encoder/training/onnx_export.h"

namespace simdb::training {
namespace {

// The last picture is about 3 x 3: what is learned of its parts still knows where they were.
constexpr int kLastSide = 3;

/// Weights are cast at each step: they are small beside the pictures, and gradients arrive as
/// floats.
torch::Tensor run(const torch::nn::Conv2d& conv, const torch::Tensor& x) {
  const auto& options = conv->options;
  const torch::Tensor bias = conv->bias.defined() ? conv->bias.to(x.scalar_type()) : conv->bias;
  const std::int64_t pad = options.kernel_size()->at(0) / 2;
  return torch::conv2d(x, conv->weight.to(x.scalar_type()), bias, 1, pad);
}

torch::Tensor run(const Network::Convolution& convolution, const torch::Tensor& x) {
  const torch::Tensor y = run(convolution.conv, x);
  if (convolution.norm.is_empty()) return y;
  auto norm = convolution.norm;  // a handle; forward is not const
  return norm->forward(y);
}

torch::Tensor run(const Network::Stage& stage, const torch::Tensor& x) {
  torch::Tensor y = run(stage.first, x);
  if (stage.residual()) {
    y = run(stage.second, torch::relu(y));
    y = y + (stage.shortcut.is_empty() ? x : run(stage.shortcut, x));
  }
  // They commute; this order has a quarter of the work.
  if (stage.pool) y = torch::max_pool2d(y, 2);
  return torch::relu(y);
}

}  // namespace

Network::Network(const InputSpec& input, const NetworkOptions& options, torch::Device device) {
  require_valid(options);
  int channels = input.channels;
  int height = input.height;
  int width = input.width;
  for (std::size_t i = 0; i < options.channels.size(); ++i) {
    const int wider = options.channels[i];
    Stage stage;
    stage.first = add_convolution(fmt::format("stage{}a", i), channels, wider, options.batch_norm);
    if (options.residual && i > 0) {
      stage.second = add_convolution(fmt::format("stage{}b", i), wider, wider, options.batch_norm);
      if (channels != wider) {
        stage.shortcut =
            register_module(fmt::format("shortcut{}", i),
                            torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, wider, 1)));
      }
    }
    stage.pool = std::min(height, width) > kLastSide;
    if (stage.pool) {
      height /= 2;
      width /= 2;
    }
    stages_.push_back(stage);
    channels = wider;
  }
  dense_ =
      register_module("dense", torch::nn::Linear(channels * height * width, options.dimension));
  to(device);
  // Pixels of a channel apart: oneDNN's convolutions take this order as it is.
  for (auto& parameter : parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
}

Network::Convolution Network::add_convolution(const std::string& name, int in, int out,
                                              bool batch_norm) {
  Convolution convolution;
  convolution.conv = register_module(
      name, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1).bias(!batch_norm)));
  if (batch_norm) convolution.norm = register_module(name + "_norm", torch::nn::BatchNorm2d(out));
  return convolution;
}

torch::Tensor Network::forward(const torch::Tensor& planes, torch::ScalarType arithmetic) {
  torch::Tensor x = planes.to(arithmetic).contiguous(torch::MemoryFormat::ChannelsLast);
  for (const auto& stage : stages_) x = run(stage, x);
  // flatten of a channels-last tensor copies it to channels first, which is what ONNX's Flatten
  // gives.
  x = dense_->forward(x.flatten(1).to(torch::kFloat32));
  constexpr double kTiny = 1e-12;  // a zero vector stays zero instead of becoming NaN
  return x / x.norm(2, 1, /*keepdim=*/true).clamp_min(kTiny);
}

torch::Tensor Network::prepare(const torch::Tensor& pixels, const InputSpec& input) const {
  return normalize_planes(to_planes(pixels), input);
}

std::vector<Layer> Network::export_layers() const { return export_network(*this, {}).layers; }

}  // namespace simdb::training
