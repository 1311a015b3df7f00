#pragma once

#include <cstddef>

#include "encoder/training/samples.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainable_encoder.h"
#include "measures/evaluation.h"

namespace simdb::training {

/// What a network's embeddings are worth.
struct Judgement {
  RetrievalScore retrieval;
  double spread = 0;  ///< 1 - length of the mean embedding: 0 if all are one point
  EmbeddingBatch queries = EmbeddingBatch(1);
};

/// Whether whole classes are set aside of so many.
bool sets_classes_aside(std::size_t classes, const TrainOptions& options) noexcept;

/// Which share of the classes, or else of the images of each: what the options say, or a fifth; of
/// more than 250 classes less, down to a tenth.
double share_set_aside(std::size_t classes, const TrainOptions& options) noexcept;

/// What a network is judged on.
class Validation {
 public:
  /// Sets a part of `all` aside as `options` say and leaves the rest in `training`. Large sets are
  /// judged by 2,000 queries in a gallery of 10,000 images, chosen by the seed.
  static Validation split(const Samples& all, const TrainOptions& options, Samples& training);
  /// Every image of `samples` is looked up among the others.
  static Validation on(const Samples& samples, const TrainOptions& options);

  Judgement judge(TrainableEncoder& encoder, const InputSpec& input) const;

  /// kClasses: the classes are new to the network. kImages otherwise, also for a set of its own.
  ValidationKind kind() const noexcept { return kind_; }
  std::size_t images() const noexcept { return images_; }    ///< set aside
  std::size_t classes() const noexcept { return classes_; }  ///< of them
  const Samples& queries() const noexcept { return queries_; }
  /// What they are looked up in; empty: each other.
  const Samples& gallery() const noexcept { return gallery_; }

 private:
  Validation(Samples queries, Samples gallery, ValidationKind kind, std::uint64_t seed);

  Samples queries_;
  Samples gallery_;  ///< empty: the other queries
  ValidationKind kind_;
  std::size_t images_ = 0;
  std::size_t classes_ = 0;
};

}  // namespace simdb::training
