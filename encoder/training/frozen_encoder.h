#pragma once

#include <torch/types.h>

#include <cstddef>
#include <vector>

#include "encoder/model/onnx_model.h"

namespace simdb::training {

/// A trained encoder of simdb whose weights no longer move, while gradients pass through it to the
/// pixels. Immutable and thread-safe.
class FrozenEncoder {
 public:
  explicit FrozenEncoder(const EncoderModel& model);

  /// N x channels x height x width pixels in [0, 1] -> N x dimension floats, rows of unit length:
  /// to float accuracy the answers of OnnxEncoder. `planes` has the sides of its input, and 3
  /// channels or, for an encoder that sees grey, 1 or 3.
  torch::Tensor forward(const torch::Tensor& planes) const;

  std::int64_t dimension() const noexcept { return dimension_; }

 private:
  struct Weights {
    torch::Tensor weight;
    torch::Tensor bias;
  };
  torch::Tensor apply(const ConvLayer& layer, const torch::Tensor& x, std::size_t& next) const;
  void keep(const std::vector<float>& weight, torch::IntArrayRef shape,
            const std::vector<float>& bias);

  EncoderModel model_;            // the shapes; its floats are in weights_
  std::vector<Weights> weights_;  // of the layers that have some, in their order
  std::int64_t dimension_ = 0;
};

}  // namespace simdb::training
