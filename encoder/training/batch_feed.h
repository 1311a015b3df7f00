#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "encoder/training/batch_sampler.h"
#include "encoder/training/samples.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// A batch as the encoder sees it in training.
struct Shown {
  torch::Tensor inputs;    ///< what TrainableEncoder::forward takes, on the CPU
  torch::Tensor variants;  ///< see Augmented
};

/// Makes inputs of samples, with changes at random. One seed gives one sequence. Thread-compatible.
class BatchFeed {
 public:
  virtual ~BatchFeed() = default;

  /// `rows` are those of a batch of this shape.
  virtual Shown show(const std::vector<std::int64_t>& rows, const BatchShape& shape) = 0;

  /// Variants that have a number, see Augmented.
  virtual int variants() const = 0;

  /// Where the sequence stands, as bytes.
  virtual std::string state() const = 0;
  /// Goes on from there. Throws Error(kBadInput) if `state` is none.
  virtual void restore(const std::string& state) = 0;
};

/// Pixels, augmented as the options say. `samples` must outlive the feed.
std::unique_ptr<BatchFeed> make_image_feed(const Samples& samples, const InputSpec& input,
                                           const TrainOptions& options, std::size_t classes);

/// A backbone's features: of every image one of its views, each as likely as the others. They are
/// as they are; no changes make classes of them. `samples` must outlive the feed.
std::unique_ptr<BatchFeed> make_feature_feed(const Samples& samples, std::uint64_t seed);

}  // namespace simdb::training
