#include "encoder/training/network.h"

#include <fmt/format.h>

#include "core/error.h"

namespace simdb::training {

Network::Network(const InputSpec& input, const NetworkOptions& options) {
  if ((input.width >> options.depth) < 1 || (input.height >> options.depth) < 1) {
    throw Error(ErrorCode::kUsage,
                fmt::format("a network of depth {} halves {} x {} pixels to nothing; lower --depth "
                            "or raise --size",
                            options.depth, input.width, input.height));
  }
  int channels = input.channels;
  for (int i = 0; i < options.depth; ++i) {
    const int wider = options.width << i;
    Block block;
    block.conv =
        register_module(fmt::format("conv{}", i),
                        torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, wider, 3).padding(1)));
    if (options.batch_norm) {
      block.norm = register_module(fmt::format("norm{}", i), torch::nn::BatchNorm2d(wider));
    }
    blocks_.push_back(block);
    channels = wider;
  }
  const int features = channels * (input.width >> options.depth) * (input.height >> options.depth);
  dense_ = register_module("dense", torch::nn::Linear(features, options.dimension));
}

torch::Tensor Network::forward(const torch::Tensor& planes) {
  torch::Tensor x = planes;
  for (auto& block : blocks_) {
    x = block.conv->forward(x);
    if (block.norm) x = block.norm->forward(x);
    x = torch::relu(torch::max_pool2d(x, 2));  // they commute; this order has a quarter of the work
  }
  x = dense_->forward(x.flatten(1));
  constexpr double kTiny = 1e-12;  // a zero vector stays zero instead of becoming NaN
  return x / x.norm(2, 1, /*keepdim=*/true).clamp_min(kTiny);
}

std::vector<torch::Tensor> Network::copy_weights() const {
  std::vector<torch::Tensor> weights;
  for (const auto& tensor : parameters()) weights.push_back(tensor.detach().clone());
  for (const auto& tensor : buffers()) weights.push_back(tensor.detach().clone());
  return weights;
}

void Network::restore_weights(const std::vector<torch::Tensor>& weights) {
  const torch::NoGradGuard no_gradients;
  std::size_t next = 0;
  for (auto& tensor : parameters()) tensor.copy_(weights[next++]);
  for (auto& tensor : buffers()) tensor.copy_(weights[next++]);
}

}  // namespace simdb::training
