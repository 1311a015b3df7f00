#include "encoder/training/optimizer.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>

#include <cmath>
#include <numbers>

namespace simdb::training {

Optimizer::Optimizer(const Network& network, const TrainOptions& options, int steps)
    : kind_(options.optimizer), first_rate_(options.learning_rate), steps_(steps) {
  if (kind_ == OptimizerKind::kAdam) {
    optimizer_ = std::make_unique<torch::optim::Adam>(network.parameters(), first_rate_);
  } else {
    optimizer_ = std::make_unique<torch::optim::AdamW>(network.parameters(), first_rate_);
  }
}

void Optimizer::add(const std::vector<torch::Tensor>& parameters) {
  auto& all = optimizer_->param_groups().front().params();
  all.insert(all.end(), parameters.begin(), parameters.end());
}

void Optimizer::step(const torch::Tensor& loss) {
  set_rate(first_rate_ * 0.5 * (1 + std::cos(std::numbers::pi * done_++ / steps_)));
  optimizer_->zero_grad();
  loss.backward();
  optimizer_->step();
}

void Optimizer::set_rate(double rate) {
  for (auto& group : optimizer_->param_groups()) {
    if (kind_ == OptimizerKind::kAdam) {
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
    } else {
      static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
    }
  }
}

}  // namespace simdb::training
