#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/progress.h"
#include "encoder/model/onnx_model.h"
#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"
#include "simdb/embedding.h"
#include "simdb/image_encoder.h"

namespace simdb::training {

/// What is known after an epoch that was judged.
struct EpochReport {
  int epoch = 0;           ///< from 1
  double loss = 0;         ///< mean over the batches since the last report
  double recall_at_1 = 0;  ///< on the validation images
  double map_at_r = 0;     ///< on the validation images
  double spread = 0;       ///< of the validation embeddings: 1 - length of their mean, in [0, 1]
  double seconds = 0;      ///< since training began; a resumed training counts on
  bool best = false;       ///< the weights kept so far
  /// What is asked of the network: where classes are set aside what to expect of new ones, see
  /// TrainResult::new_class_accuracy, else MAP@R.
  double measure = 0;
  double steady = 0;  ///< what decides: the mean measure of this judgement and the two before
  int stops_at = 0;   ///< the epoch after which training ends unless there is a gain before
};

/// What an encoder that learned nothing here makes of the validation images.
struct BaselineScore {
  std::string name;
  double recall_at_1 = 0;
  double new_class_accuracy = 0;  ///< as that of TrainResult; 0 if no classes are new
  double all_class_accuracy = 0;  ///< the same of all classes, also those that train
};

/// What is known before the first step.
struct TrainPlan {
  int epochs = 0;  ///< at most; fitted to the time limit if there is one
  int steps_an_epoch = 0;
  double seconds = 0;  ///< expected, measured on the first steps; 0 without a time limit
  std::size_t training_images = 0;
  std::size_t training_classes = 0;
  std::size_t validation_images = 0;   ///< 0: the training images are judged
  std::size_t validation_classes = 0;  ///< of them
  bool new_classes = false;            ///< training does not see the validation classes
  std::vector<BaselineScore> baselines;
};

/// An encoder with its name for people.
struct Rival {
  std::string name;
  std::shared_ptr<const ImageEncoder> encoder;
};

/// What the caller wants to hear while training runs; any may be empty. Called from the training
/// thread.
struct TrainObserver {
  /// What the new encoder is compared with beside what is trivial, see Yardstick::judge_all().
  std::vector<Rival> rivals;
  std::function<void(const TrainPlan&)> on_plan;  ///< once, before the first step
  std::function<void(const EpochReport&)> on_epoch;
  std::function<void(const std::string&)> on_warning;
  ProgressCallback
      on_step;  ///< batches; returning false stops training and keeps the best weights so far
  /// Bytes from which train() goes on after this epoch.
  std::function<void(std::span<const std::byte>)> on_checkpoint;
  bool wants_view = false;  ///< fill TrainResult::view; costs two looks at the validation images
};

/// The validation images, at most 2,000 of them (the training images if none were set aside), and
/// what the network makes of them before and after training. Plain data.
struct ValidationView {
  std::vector<std::string> classes;
  std::vector<int> labels;           ///< one per image: an index into `classes`
  std::vector<std::uint8_t> pixels;  ///< as LabeledImages::pixels
  EmbeddingBatch before;             ///< one row per image: of the untrained network
  EmbeddingBatch after;              ///< one row per image: of the model
};

struct TrainResult {
  /// Of the best epoch, with notes about the training. With a backbone the layers are those of the
  /// head; write_backbone_model() joins them.
  EncoderModel model;
  std::vector<EpochReport> history;  ///< judged epochs
  /// Epoch 0 if stopped before one was judged. If the start was kept, its scores are here.
  EpochReport best;
  bool kept_start = false;          ///< a head: as it started, since no epoch was better than that
  std::size_t training_images = 0;  ///< what was set aside does not count
  std::size_t training_classes = 0;
  std::size_t validation_images = 0;  ///< 0: recall was measured on the training images
  std::size_t new_classes = 0;        ///< validation classes that training did not see, or 0
  /// Share of right answers to expect when `ways` new classes are told apart, each known by `shots`
  /// images: the class whose images are most alike in the mean. With new classes what was measured
  /// on them, corrected by how much harder they are than all, see expected(). Without, but for a
  /// head that is held at its start, what the start makes of all classes before it learns them: the
  /// head stays near it, so others are told apart as well. Else 0.
  double new_class_accuracy = 0;
  double new_class_measured = 0;  ///< on the classes set aside, as the baselines are
  /// Half the width of its 95 % interval, by how much the classes differ that it was measured on.
  double new_class_interval = 0;
  int new_class_ways = 0;
  int new_class_shots = 0;
  std::vector<BaselineScore> baselines;
  std::optional<ValidationView> view;  ///< if the observer wants it
  bool stopped = false;                ///< by on_step
  double seconds = 0;
};

/// Trains an encoder. The averaged weights are judged at most 60 times in a run; those with the
/// best EpochReport::steady are returned, the later ones of two that are equal. Validation images
/// come from `validation` if it is given (its classes need not be those of `images`; every image is
/// looked up among the others), else a part of `images` is set aside, see TrainOptions::validation.
/// An epoch shows as many images as the training set has, but is never shorter than 10 batches.
///
/// With TrainOptions::backbone a head is trained on LabeledImages::features, which both sets then
/// have; augmentation acted when these were computed.
///
/// The same images, options and number of threads give the same weights bit for bit on one machine,
/// also when a training is cut off and `resume` holds the last bytes of on_checkpoint: with a time
/// limit too, as the length that was chosen is kept there and shown by on_plan. Sets torch's
/// thread count and default seed, which are global: one training at a time in a process. Throws
/// Error(kUsage) for options that make no sense (a device that LibTorch lacks is one; a backbone
/// without features too),
/// Error(kBadInput) if the two sets were read for different input, if `resume` is damaged or of
/// another training (naming what differs), or if the loss stops being a number.
TrainResult train(const LabeledImages& images, const LabeledImages* validation,
                  const TrainOptions& options, const TrainObserver& observer = {},
                  std::span<const std::byte> resume = {});

}  // namespace simdb::training
