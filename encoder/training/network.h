#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/training/network_options.h"
#include "encoder/training/trainable_encoder.h"

namespace simdb::training {

/// The encoder as it is trained. Parameters are drawn from torch's default generator: seed it
/// first. Thread-compatible.
class Network : public TrainableEncoder {
 public:
  /// Throws Error(kUsage) for options that make no sense.
  Network(const InputSpec& input, const NetworkOptions& options,
          torch::Device device = torch::kCPU);

  /// N x channels x height x width, normalised as `input` says -> N x dimension floats, rows of
  /// unit length. `arithmetic` is the type that the stages calculate in: kFloat32, or kBFloat16,
  /// which is faster where the processor has it; parameters, batch norm's statistics and the dense
  /// layer stay float.
  torch::Tensor forward(const torch::Tensor& planes, torch::ScalarType arithmetic) override;
  using TrainableEncoder::forward;

  /// N x H x W x C bytes -> normalised planes.
  torch::Tensor prepare(const torch::Tensor& pixels, const InputSpec& input) const override;
  std::int64_t dimension() const override { return dense_->weight.size(0); }
  std::vector<Layer> export_layers() const override;

  /// A convolution and what follows it.
  struct Convolution {
    torch::nn::Conv2d conv = nullptr;
    torch::nn::BatchNorm2d norm = nullptr;  ///< empty without batch norm
  };
  struct Stage {
    Convolution first;
    Convolution second;                    ///< empty unless residual
    torch::nn::Conv2d shortcut = nullptr;  ///< 1x1 where a residual stage changes the channels
    bool pool = false;

    bool residual() const noexcept { return !second.conv.is_empty(); }
  };
  const std::vector<Stage>& stages() const noexcept { return stages_; }
  const torch::nn::Linear& dense() const noexcept { return dense_; }

 private:
  Convolution add_convolution(const std::string& name, int in, int out, bool batch_norm);

  std::vector<Stage> stages_;
  torch::nn::Linear dense_ = nullptr;
};

}  // namespace simdb::training
