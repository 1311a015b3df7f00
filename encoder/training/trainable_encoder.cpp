#include "encoder/training/trainable_encoder.h"

namespace simdb::training {

std::vector<torch::Tensor> TrainableEncoder::state() const {
  std::vector<torch::Tensor> tensors = parameters();
  for (const auto& tensor : buffers()) tensors.push_back(tensor);
  return tensors;
}

std::vector<torch::Tensor> TrainableEncoder::copy_weights() const {
  std::vector<torch::Tensor> weights;
  for (const auto& tensor : state()) weights.push_back(tensor.detach().clone());
  return weights;
}

void TrainableEncoder::restore_weights(const std::vector<torch::Tensor>& weights) {
  const torch::NoGradGuard no_gradients;
  std::size_t next = 0;
  for (auto& tensor : state()) tensor.copy_(weights[next++]);
}

}  // namespace simdb::training
