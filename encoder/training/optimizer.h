#pragma once

#include <torch/optim/optimizer.h>

#include <memory>
#include <vector>

#include "encoder/training/network.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// Adam or AdamW over the network's parameters whose learning rate falls from its start to 0 along
/// a half cosine.
class Optimizer {
 public:
  /// `steps` is how many updates are planned.
  Optimizer(const Network& network, const TrainOptions& options, int steps);

  /// Lets it change these as well.
  void add(const std::vector<torch::Tensor>& parameters);

  /// Follows the gradient of `loss`, a scalar, once.
  void step(const torch::Tensor& loss);

 private:
  void set_rate(double rate);

  OptimizerKind kind_;
  double first_rate_;
  int steps_;
  int done_ = 0;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace simdb::training
