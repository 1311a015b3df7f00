#pragma once

#include <torch/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "encoder/model/onnx_model.h"

namespace simdb::training {

/// A trained encoder of simdb whose weights no longer move, while gradients pass through it to the
/// pixels. Immutable and thread-safe.
class FrozenEncoder {
 public:
  /// From the bytes of a model file. Throws Error(kBadInput) as read_onnx_layers does.
  FrozenEncoder(std::span<const std::byte> file, const std::string& name);

  /// N x channels x height x width pixels in [0, 1] -> N x dimension floats, rows of unit length:
  /// to float accuracy the answers of OnnxEncoder. `planes` has the sides of input(), and 3
  /// channels or, for an encoder that sees grey, 1 or 3.
  torch::Tensor forward(const torch::Tensor& planes) const;

  const InputSpec& input() const noexcept { return model_.input; }
  const EncoderModel& model() const noexcept { return model_; }
  std::int64_t dimension() const noexcept { return dimension_; }
  const std::string& name() const noexcept { return name_; }
  const std::string& fingerprint() const noexcept { return fingerprint_; }

 private:
  struct Weights {
    torch::Tensor weight;
    torch::Tensor bias;
  };
  torch::Tensor apply(const ConvLayer& layer, const torch::Tensor& x, std::size_t& next) const;
  void keep(const std::vector<float>& weight, torch::IntArrayRef shape,
            const std::vector<float>& bias);

  std::string name_;
  std::string fingerprint_;
  EncoderModel model_;            // the shapes; its floats are in weights_
  std::vector<Weights> weights_;  // of the layers that have some, in their order
  std::int64_t dimension_ = 0;
};

}  // namespace simdb::training
