#include "encoder/training/losses/cosface_loss.h"

namespace simdb::training {

CosFaceLoss::CosFaceLoss(std::int64_t class_count, std::int64_t dimension, double margin,
                         double scale, torch::Device device)
    : proxies_(torch::randn({class_count, dimension}).to(device).set_requires_grad(true)),
      margin_(margin),
      scale_(scale) {}

torch::Tensor CosFaceLoss::operator()(const LossBatch& batch) {
  constexpr double kTiny = 1e-12;
  const torch::Tensor proxies = proxies_.to(batch.embeddings.options());
  const torch::Tensor directions = proxies / proxies.norm(2, 1, /*keepdim=*/true).clamp_min(kTiny);
  const torch::Tensor cosines = batch.embeddings.mm(directions.t());
  const torch::Tensor own = batch.classes.unsqueeze(1);
  const torch::Tensor margins = torch::zeros_like(cosines).scatter_(1, own, margin_);
  return -(scale_ * (cosines - margins)).log_softmax(1).gather(1, own).mean();
}

}  // namespace simdb::training
