#include "encoder/training/vae_loss.h"

#include <algorithm>

namespace simdb::training {

torch::Tensor reconstruction_loss(const torch::Tensor& made, const torch::Tensor& wanted) {
  constexpr double kLeast = 1e-6;  // a batch without an error would be worth infinitely much
  const double values = static_cast<double>(wanted.numel()) / static_cast<double>(wanted.size(0));
  return (made - wanted).pow(2).mean().clamp_min(kLeast).log() * (values / 2);
}

torch::Tensor divergence(const torch::Tensor& mean, const torch::Tensor& log_variance) {
  return ((mean.pow(2) + log_variance.exp() - 1 - log_variance) / 2).mean(0);
}

torch::Tensor with_free_nats(const torch::Tensor& divergences, double free_nats) {
  return divergences.clamp_min(free_nats).sum();
}

double divergence_weight(int step, int steps, double share) noexcept {
  const double rising = steps * share;
  return rising > 0 ? std::min(1.0, step / rising) : 1;
}

torch::Tensor feature_distance(const torch::Tensor& made, const torch::Tensor& wanted) {
  return (1 - (made * wanted).sum(1)).mean();
}

}  // namespace simdb::training
