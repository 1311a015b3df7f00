#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/progress.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/training/decoder_options.h"
#include "encoder/training/labeled_images.h"

namespace simdb::training {

/// What is known after some steps; means over the steps since the last report.
struct DecoderReport {
  int step = 0;            ///< done so far
  double error = 0;        ///< mean squared error of changed training images, values in [0, 1]
  double divergence = 0;   ///< nats per image
  double consistency = 0;  ///< 1 - cosine of features asked for and made, mean over the encoders
  double psnr = 0;         ///< dB, of the images set aside (or of all), mean over images
  double seconds = 0;      ///< since training began; a resumed training counts on
};

/// What the caller wants to hear while training runs; any may be empty. Called from the training
/// thread.
struct DecoderObserver {
  std::function<void(const DecoderReport&)> on_report;  ///< at most 40 times
  ProgressCallback on_step;  ///< returning false stops training and keeps what was learned
  /// Bytes from which train_decoder() goes on after this report.
  std::function<void(std::span<const std::byte>)> on_checkpoint;
};

struct DecoderResult {
  DecoderModel model;  ///< averaged weights, with notes about the training
  std::vector<DecoderReport> history;
  std::vector<std::size_t> validation_rows;  ///< of the images; empty: none were set aside
  /// PSNR that the mean training image of each image's class has: what it takes no latent to know.
  double mean_image_psnr = 0;
  bool stopped = false;  ///< by on_step, before the last step
  double seconds = 0;
};

/// What a decoder behind these encoders sees: their sides, resize rule and background, pixels as
/// they are; colour if one of them sees it. Throws Error(kUsage) without encoders, Error(kBadInput)
/// if their sides, rules or backgrounds differ, naming both and the remedy.
InputSpec decoder_input(std::span<const ConditionEncoder> encoders);

/// Trains a conditional variational autoencoder whose decoder is given the features of `encoders`.
/// It learns to make images again, also from features that were exchanged within the batch and with
/// latents drawn from the prior: then there is no image to compare with, and the encoders must find
/// in what was made the features that were asked for. `images` were read for decoder_input().
///
/// The same images, options and number of threads give the same weights bit for bit on one machine,
/// also when `resume` holds the last bytes of on_checkpoint. Sets torch's thread count and default
/// seed: one training at a time in a process. Throws Error(kUsage) for options that make no sense,
/// Error(kBadInput) if the images were read for other sides, if `resume` is damaged or of another
/// training (naming what differs), or if the loss stops being a number.
DecoderResult train_decoder(const LabeledImages& images, std::span<const ConditionEncoder> encoders,
                            const DecoderOptions& options, const DecoderObserver& observer = {},
                            std::span<const std::byte> resume = {});

}  // namespace simdb::training
