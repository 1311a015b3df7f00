#pragma once

#include <cstdint>
#include <memory>

#include "encoder/training/batch_feed.h"
#include "encoder/training/batch_sampler.h"
#include "encoder/training/checkpoint.h"
#include "encoder/training/losses.h"
#include "encoder/training/optimizer.h"
#include "encoder/training/samples.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainable_encoder.h"
#include "encoder/training/weight_average.h"

namespace simdb::training {

/// What training moves at each step: draws a batch, changes it at random, takes the encoder one
/// step along the loss and the averaged weights one step after it. Thread-compatible.
class Learner {
 public:
  /// `encoder` and `samples` must outlive the learner. The encoder sees pixels, or features if the
  /// options name a backbone. `steps` is how many are planned, `classes`
  /// how many labels there may be.
  Learner(TrainableEncoder& encoder, const InputSpec& input, const TrainOptions& options,
          const Samples& samples, std::size_t classes, int steps);

  /// The loss before the step. If it is no number, nothing moves.
  double step();

  /// The averaged weights, in the order of TrainableEncoder::state().
  const std::vector<torch::Tensor>& average() const noexcept { return average_.average(); }

  /// Everything that the next step depends on.
  void save(Checkpoint& checkpoint) const;
  /// Goes on from there, bit for bit. Throws Error(kBadInput) if it is another network's.
  void restore(const Checkpoint& checkpoint);

 private:
  TrainableEncoder& encoder_;
  torch::ScalarType arithmetic_;
  torch::Device device_;
  BatchSampler sampler_;
  std::unique_ptr<BatchFeed> feed_;
  std::unique_ptr<Loss> loss_;
  Optimizer optimizer_;
  WeightAverage average_;
};

/// What kAuto stands for on this processor.
torch::ScalarType arithmetic_type(Precision precision);

}  // namespace simdb::training
