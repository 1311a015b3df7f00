#include "encoder/training/image_vae.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>

#include "encoder/training/tensor_floats_internal.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr int kSmallest = 8;  // halving stops when no side is larger
constexpr int kHiddenPerChannel = 8;
constexpr int kLeastSide = 4;

int levels_of(const InputSpec& input) {
  int levels = 1;
  for (int side = (std::max(input.width, input.height) + 1) / 2; side > kSmallest;
       side = (side + 1) / 2) {
    ++levels;
  }
  return levels;
}

/// Halved `levels` times, rounding up: what doubling makes at least as large as `side` again.
int start_side(int side, int levels) {
  for (int i = 0; i < levels; ++i) side = (side + 1) / 2;
  return side;
}

DenseLayer export_dense(const torch::nn::Linear& layer, bool relu) {
  const torch::Tensor& weight = layer->weight;
  return {static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)), to_floats(weight),
          to_floats(layer->bias), relu};
}

/// The 3 x 3 convolution whose channels become 2 x 2 pixels, as one transposed convolution: row i
/// of the four takes its kernel row k from row i - 2 k + 4 of the 6.
torch::Tensor as_transposed(const torch::Tensor& weight) {
  const torch::Tensor plain = weight.detach();
  const std::int64_t out = plain.size(0) / 4;
  const std::int64_t in = plain.size(1);
  torch::Tensor turned = torch::zeros({in, out, 6, 6});
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) {
      const torch::Tensor part = plain.slice(0, 2 * i + j, {}, 4);  // out x in x 3 x 3
      for (std::int64_t k = 0; k < 3; ++k) {
        for (std::int64_t l = 0; l < 3; ++l) {
          turned.select(2, i - 2 * k + 4)
              .select(2, j - 2 * l + 4)
              .copy_(part.select(2, k).select(2, l).t());
        }
      }
    }
  }
  return turned;
}

}  // namespace

ImageVae::ImageVae(const InputSpec& input, int latent, int features, int channels)
    : input_(input), latent_(latent) {
  if (std::min(input.width, input.height) < kLeastSide) {
    throw Error(ErrorCode::kUsage,
                fmt::format("a decoder makes images of at least {0} x {0} pixels, not {1} x {2}",
                            kLeastSide, input.width, input.height));
  }
  using torch::nn::Conv2d;
  using torch::nn::Conv2dOptions;
  using torch::nn::Linear;
  const int hidden = kHiddenPerChannel * channels;
  const int levels = levels_of(input);
  int in = input.channels;
  int height = input.height;
  int width = input.width;
  for (int level = 0; level < levels && std::min(height, width) > 1; ++level) {
    const int out = level == 0 ? channels : 2 * channels;
    halvings_.push_back(register_module(fmt::format("halving{}", level),
                                        Conv2d(Conv2dOptions(in, out, 4).stride(2).padding(1))));
    in = out;
    height /= 2;
    width /= 2;
  }
  seen_ = register_module("seen", Linear(in * height * width, hidden));
  posterior_ = register_module("posterior", Linear(hidden, 2 * latent));

  code_layers_.push_back(register_module("code0", Linear(latent + features, hidden)));
  code_layers_.push_back(register_module("code1", Linear(hidden, hidden)));
  spread_channels_ = channels;
  spread_height_ = start_side(input.height, levels);
  spread_width_ = start_side(input.width, levels);
  const std::int64_t spread = std::int64_t{channels} * spread_height_ * spread_width_;
  spread_ = register_module("spread", Linear(torch::nn::LinearOptions(hidden, spread).bias(false)));
  spread_bias_ = register_parameter("spread_bias", torch::zeros({spread_channels_}));
  in = channels;
  for (int level = 0; level < levels; ++level) {
    const int out = level + 1 == levels ? input.channels : channels / 2;
    growing_.push_back(add_growing(level, in, out));
    in = out;
  }
}

ImageVae::Growing ImageVae::add_growing(int index, std::int64_t in, std::int64_t out) {
  using torch::nn::Conv2d;
  using torch::nn::Conv2dOptions;
  return {
      register_module(fmt::format("growing{}", index), Conv2d(Conv2dOptions(in, in, 3).padding(1))),
      register_module(fmt::format("doubling{}", index),
                      Conv2d(Conv2dOptions(in, 4 * out, 3).padding(1).bias(false))),
      register_parameter(fmt::format("doubling{}_bias", index), torch::zeros({out}))};
}

ImageVae::Posterior ImageVae::encode(const torch::Tensor& planes) const {
  torch::Tensor x = planes;
  for (const auto& halving : halvings_) {
    x = torch::relu(torch::conv2d(x, halving->weight, halving->bias, 2, 1));
  }
  x = torch::relu(torch::linear(x.flatten(1), seen_->weight, seen_->bias));
  x = torch::linear(x, posterior_->weight, posterior_->bias);
  // Beyond these a variance is as good as 0, or far wider than the prior's.
  constexpr double kLeast = -12;
  constexpr double kMost = 6;
  return {x.slice(1, 0, latent_), x.slice(1, latent_).clamp(kLeast, kMost)};
}

torch::Tensor ImageVae::decode(const torch::Tensor& code) const {
  torch::Tensor x = code;
  for (const auto& layer : code_layers_) {
    x = torch::relu(torch::linear(x, layer->weight, layer->bias));
  }
  x = torch::linear(x, spread_->weight).view({-1, spread_channels_, spread_height_, spread_width_});
  x = torch::relu(x + spread_bias_.view({1, -1, 1, 1}));
  for (std::size_t i = 0; i < growing_.size(); ++i) {
    const auto& [convolution, doubling, bias] = growing_[i];
    x = torch::relu(torch::conv2d(x, convolution->weight, convolution->bias, 1, 1));
    x = torch::pixel_shuffle(torch::conv2d(x, doubling->weight, {}, 1, 1), 2);
    x = x + bias.view({1, -1, 1, 1});
    if (i + 1 < growing_.size()) x = torch::relu(x);
  }
  return torch::sigmoid(x.slice(2, 0, input_.height).slice(3, 0, input_.width));
}

DecoderModel ImageVae::export_layers() const {
  DecoderModel model;
  model.input = input_;
  for (const auto& halving : halvings_) {
    const torch::Tensor& weight = halving->weight;
    model.halvings.push_back({static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)),
                              to_floats(weight), to_floats(halving->bias)});
  }
  model.latent_layers.push_back(export_dense(seen_, true));
  DenseLayer mean = export_dense(posterior_, false);
  mean.weight.resize(mean.weight.size() / 2);  // the variance's rows come second
  mean.bias.resize(mean.bias.size() / 2);
  mean.out_features = latent_;
  model.latent_layers.push_back(std::move(mean));
  for (const auto& layer : code_layers_) model.code_layers.push_back(export_dense(layer, true));
  model.spread = {static_cast<int>(spread_->weight.size(1)),
                  spread_channels_,
                  spread_height_,
                  spread_width_,
                  to_floats(spread_->weight.t()),
                  to_floats(spread_bias_)};
  for (std::size_t i = 0; i < growing_.size(); ++i) {
    const auto& [convolution, doubling, bias] = growing_[i];
    const int channels = static_cast<int>(convolution->weight.size(0));
    model.growing.push_back(
        {{.in_channels = channels,
          .out_channels = channels,
          .kernel = 3,
          .weight = to_floats(convolution->weight),
          .bias = to_floats(convolution->bias)},
         {channels, static_cast<int>(bias.size(0)), to_floats(as_transposed(doubling->weight)),
          to_floats(bias), i + 1 < growing_.size()}});
  }
  return model;
}

}  // namespace simdb::training
