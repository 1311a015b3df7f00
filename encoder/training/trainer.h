#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "encoder/onnx_model.h"
#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// What is known after an epoch.
struct EpochReport {
  int epoch = 0;           ///< from 1
  double loss = 0;         ///< mean over the epoch's batches
  double recall_at_1 = 0;  ///< on the validation images
  double map_at_r = 0;     ///< on the validation images
  double seconds = 0;      ///< since training began
  bool best = false;       ///< the weights kept so far
};

/// What the caller wants to hear while training runs; any may be empty. Called from the training
/// thread.
struct TrainObserver {
  std::function<void(const EpochReport&)> on_epoch;
  std::function<void(const std::string&)> on_warning;
  ProgressCallback
      on_step;  ///< batches; returning false stops training and keeps the best weights so far
};

struct TrainResult {
  EncoderModel model;                ///< of the best epoch, with notes about the training
  std::vector<EpochReport> history;  ///< finished epochs
  EpochReport best;                  ///< epoch 0 if stopped before one was finished
  std::size_t training_images = 0;
  std::size_t validation_images = 0;  ///< 0: recall was measured on the training images
  bool stopped = false;               ///< by on_step
  double seconds = 0;
};

/// Trains an encoder. After every epoch the network is judged by recall@1, then MAP@R, then the
/// training loss; the best one is returned. Validation images come from `validation` if it is given
/// (its classes need not be those of `images`; every image is looked up among the others), else a
/// share of `images` is set aside and looked up among the rest. An epoch shows as many images as
/// the training set has, but is never shorter than 10 batches.
///
/// The same images, options and number of threads give the same weights bit for bit on one machine.
/// Sets torch's thread count and default seed, which are global: one training at a time in a
/// process. Throws Error(kUsage) for options that make no sense, Error(kBadInput) if the two sets
/// were read for different input or the loss stops being a number.
TrainResult train(const LabeledImages& images, const LabeledImages* validation,
                  const TrainOptions& options, const TrainObserver& observer = {});

}  // namespace simdb::training
