#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "cli/train/train_args.h"
#include "core/progress.h"
#include "encoder/model/backbone_features.h"
#include "encoder/model/backbone_file.h"
#include "encoder/model/feature_cache.h"
#include "encoder/training/labeled_images.h"
#include "encoder/training/trainer.h"

namespace simdb::cli {

/// A backbone in a run of the program: from its file to the features, and from the trained head to
/// the model file. Not thread-safe.
class BackboneRun {
 public:
  /// Reads and tries the backbone `wanted`, which is that of `command`. Its input has the size and
  /// channels that the user wants, else those that the model fixes, else 224 x 224 RGB. Throws
  /// Error(kNotFound), and Error(kBadInput) with the remedy for a model that can't be used so.
  /// `say` hears what was chosen, see open_backbone.
  BackboneRun(const TrainCommand& command, const BackboneCommand& wanted, const Say& say);

  const InputSpec& input() const noexcept { return features_.backbone().input; }
  /// What suits a head more than a network, before the user's own choices: the loss, and as many
  /// floats as the head has that it starts as.
  training::TrainOptions suited(training::TrainOptions options) const;
  /// What training must be told: the head's options with the identity of this backbone.
  /// It starts as the backbone's own head if that is an encoder with as many floats.
  training::BackboneOptions options(int dimension) const;
  const std::filesystem::path& cache_file() const noexcept { return cache_file_; }
  /// Features that the backbone was run for.
  std::size_t computed() const noexcept { return cache_.size() - cached_; }

  /// Fills the features of both sets and saves the cache, also when `progress` returns false: then
  /// the result is false. `validation` may be null; it has one view. `augment` is that of the
  /// training options; what acts on the views is left in it.
  bool compute(training::LabeledImages& images, training::LabeledImages* validation,
               training::AugmentOptions& augment, const ProgressCallback& progress);

  /// Bytes of the model file: the backbone and the head in `trained`.
  std::vector<std::byte> join(const EncoderModel& trained) const;

 private:
  BackboneCommand command_;
  BackboneFeatures features_;
  std::filesystem::path cache_file_;
  FeatureCache cache_;
  std::size_t cached_;
};

}  // namespace simdb::cli
