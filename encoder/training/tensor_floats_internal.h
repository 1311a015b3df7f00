#pragma once

#include <torch/types.h>

#include <vector>

namespace simdb::training {

/// The values in row-major order, as floats, without the gradient.
inline std::vector<float> to_floats(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.detach().to(torch::kFloat32).contiguous();
  const float* begin = plain.data_ptr<float>();
  return {begin, begin + plain.numel()};
}

}  // namespace simdb::training
