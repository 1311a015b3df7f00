#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "encoder/model/onnx_model_decoder.h"
#include "encoder/training/augmentation.h"
#include "encoder/training/checkpoint.h"
#include "encoder/training/decoder_options.h"
#include "encoder/training/frozen_encoder.h"
#include "encoder/training/image_vae.h"
#include "encoder/training/optimizer.h"
#include "encoder/training/weight_average.h"

namespace simdb::training {

/// Mean over images of the PSNR in dB of what was made, rounded to bytes. Both are N x C x H x W in
/// [0, 1].
double mean_psnr(const torch::Tensor& made, const torch::Tensor& wanted);

/// What a step of a decoder's training found.
struct DecoderStep {
  bool is_finite = true;  ///< else nothing was learned, and the rest is unset
  double error = 0;       ///< as in DecoderReport
  double divergence = 0;
  double consistency = 0;
};

/// A decoder in training: the network, its batches and its steps. Draws from torch's default
/// generator. Thread-compatible.
class DecoderLearner {
 public:
  /// `pixels`: N x H x W x C bytes; `encoders` must outlive the learner.
  DecoderLearner(const torch::Tensor& pixels, const InputSpec& input,
                 std::span<const FrozenEncoder> encoders, const DecoderOptions& options);

  DecoderStep step();
  int steps_done() const noexcept { return optimizer_.steps_done(); }

  /// mean_psnr of planes that the averaged weights make again from their codes.
  double psnr_of(const torch::Tensor& planes);

  /// The averaged weights; encoders and notes are left empty.
  DecoderModel export_average();

  void save(Checkpoint& checkpoint) const;
  /// Throws Error(kBadInput) if the checkpoint is of another network, or has no such state.
  void restore(const Checkpoint& checkpoint);

 private:
  torch::Tensor draw_batch();
  torch::Tensor exchanged_consistency(const torch::Tensor& latent, const torch::Tensor& features);
  void set_weights(const std::vector<torch::Tensor>& weights);
  template <typename Work>
  auto with_average(Work work);

  std::span<const FrozenEncoder> encoders_;
  DecoderOptions options_;
  ImageVae vae_;
  torch::Tensor planes_;
  torch::Tensor borders_;
  Augmenter augmenter_;
  Optimizer optimizer_;
  WeightAverage average_;
};

}  // namespace simdb::training
