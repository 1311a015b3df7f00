#include "encoder/training/weight_average.h"

#include <algorithm>
#include <utility>

namespace simdb::training {

WeightAverage::WeightAverage(std::vector<torch::Tensor> state, double decay)
    : state_(std::move(state)), decay_(decay) {
  for (const auto& tensor : state_) average_.push_back(tensor.detach().clone());
}

void WeightAverage::update() {
  const torch::NoGradGuard no_gradients;
  ++steps_;
  const double decay = std::min(decay_, steps_ / (steps_ + 9.0));
  for (std::size_t i = 0; i < state_.size(); ++i) {
    if (state_[i].is_floating_point() && decay > 0) {
      average_[i].lerp_(state_[i], 1 - decay);
    } else {
      average_[i].copy_(state_[i]);
    }
  }
}

void WeightAverage::restore(int steps, const std::vector<torch::Tensor>& average) {
  const torch::NoGradGuard no_gradients;
  steps_ = steps;
  for (std::size_t i = 0; i < average_.size(); ++i) average_[i].copy_(average.at(i));
}

}  // namespace simdb::training
