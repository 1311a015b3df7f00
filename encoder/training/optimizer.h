#pragma once

#include <torch/optim/optimizer.h>

#include <memory>
#include <vector>

#include "encoder/training/train_options.h"

namespace simdb::training {

/// Adam or AdamW over a network's parameters, with the learning rate of the options' schedule and
/// the norm of the gradients held below `clip_norm`.
class Optimizer {
 public:
  /// `steps` is how many updates are planned. Weight decay pulls at matrices only, not at biases
  /// and batch norm's gains. `proxies` belong to the loss: they learn ten times as fast, without
  /// decay.
  Optimizer(const std::vector<torch::Tensor>& parameters, const std::vector<torch::Tensor>& proxies,
            const TrainOptions& options, int steps);

  /// Follows the gradient of `loss`, a scalar, once.
  void step(const torch::Tensor& loss);

  int steps_done() const noexcept { return done_; }
  /// The moments, sharing their memory, in the order of the parameters; empty before the first
  /// step.
  std::vector<torch::Tensor> moments() const;
  /// Goes on where another one of the same options stopped. Throws Error(kBadInput) if the moments
  /// are not those of this network.
  void restore(int steps_done, const std::vector<torch::Tensor>& moments);

 private:
  void set_rate(double share);

  TrainOptions options_;
  int steps_;
  int done_ = 0;
  std::vector<torch::Tensor> parameters_;
  std::vector<double> rates_;  ///< of the groups, at the top of the schedule
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace simdb::training
