#pragma once

#include <torch/types.h>

#include <vector>

namespace simdb::training {

/// An exponential moving average of a network's state: it wavers less than the weights of the last
/// step and is what is judged and exported (Polyak and Juditsky, 1992).
class WeightAverage {
 public:
  /// `state` shares the network's memory. `decay` in [0, 1): a step's share fades to 1/e after
  /// 1 / (1 - decay) steps; over the first steps the average is of a tenth of the steps so far. 0:
  /// the average is the state itself.
  WeightAverage(std::vector<torch::Tensor> state, double decay);

  /// Takes the state after one more step in.
  void update();

  /// What is averaged, in the order of `state`; counters are copied.
  const std::vector<torch::Tensor>& average() const noexcept { return average_; }
  int steps() const noexcept { return steps_; }
  void restore(int steps, const std::vector<torch::Tensor>& average);

 private:
  std::vector<torch::Tensor> state_;
  std::vector<torch::Tensor> average_;
  double decay_;
  int steps_ = 0;
};

}  // namespace simdb::training
