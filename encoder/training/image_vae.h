#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model_decoder.h"

namespace simdb::training {

/// A conditional variational autoencoder of images (Kingma and Welling, 2014; Sohn et al., 2015)
/// as it is trained. Its encoder sees the image; its decoder is given a code, the latent and what
/// frozen encoders say of the image. Parameters are drawn from torch's default generator: seed it
/// first. Thread-compatible.
class ImageVae : public torch::nn::Module {
 public:
  /// `features`: floats that all frozen encoders give together. `input` has sides of 4 or more.
  /// `channels`: of the first picture that a code becomes; all other widths follow it.
  ImageVae(const InputSpec& input, int latent, int features, int channels);

  /// Of a normal distribution with a diagonal covariance: N x latent each.
  struct Posterior {
    torch::Tensor mean;
    torch::Tensor log_variance;
  };
  /// `planes`: N x channels x height x width in [0, 1].
  Posterior encode(const torch::Tensor& planes) const;

  /// N x (latent + features) -> N x channels x height x width in [0, 1].
  torch::Tensor decode(const torch::Tensor& code) const;

  int latent() const noexcept { return latent_; }

  /// The layers as plain data, to float accuracy the same function; encoders and notes are left
  /// empty.
  DecoderModel export_layers() const;

 private:
  /// 3 x 3 convolutions; the second one's channels become 2 x 2 pixels.
  struct Growing {
    torch::nn::Conv2d convolution;
    torch::nn::Conv2d doubling;
    torch::Tensor bias;  // of the doubled picture, one per channel
  };
  Growing add_growing(int index, std::int64_t in, std::int64_t out);

  InputSpec input_;
  int latent_;
  std::vector<torch::nn::Conv2d> halvings_;
  torch::nn::Linear seen_ = nullptr;
  torch::nn::Linear posterior_ = nullptr;
  std::vector<torch::nn::Linear> code_layers_;
  torch::nn::Linear spread_ = nullptr;  // without bias
  torch::Tensor spread_bias_;           // one per channel
  int spread_channels_ = 0;
  int spread_height_ = 0;
  int spread_width_ = 0;
  std::vector<Growing> growing_;
};

}  // namespace simdb::training
