#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "encoder/training/loss_options.h"

namespace simdb::training {

/// The article's encoder: depth x (Conv3x3, batch norm, ReLU, MaxPool2), Dense, L2
/// norm. The first block has `width` channels, every further one twice as many.
struct NetworkOptions {
  int width = 16;
  int depth = 3;
  int dimension = 16;  ///< a multiple of 16, see core/embedding.h
  bool batch_norm = true;
};

/// Changes to training images. The first three act on every image alone and keep its class. The
/// last two make classes: one draw changes a whole group of a batch, so that red and blue become,
/// say, green and orange; they stay two classes, but the network meets far more than the data has.
struct AugmentOptions {
  bool affine = true;    ///< small turns, shifts, changes of size and aspect
  bool light = true;     ///< brightness and contrast
  bool noise = true;     ///< Gaussian, a channel and pixel
  bool colors = true;    ///< class-making: the hues turned, colours inverted
  bool symmetry = true;  ///< class-making: the picture turned by any angle, mirrored
};

/// Reads "default", "none", or a list like "affine,light" that names what is wanted;
/// "default,-noise" takes away. Throws Error(kUsage) naming what it does not know.
AugmentOptions parse_augment(std::string_view text);
/// The inverse: "none" or the list.
std::string to_string(const AugmentOptions& augment);

enum class OptimizerKind { kAdam, kAdamW };

OptimizerKind parse_optimizer(std::string_view name);  ///< Throws Error(kUsage) naming the choices.
std::string_view to_string(OptimizerKind optimizer) noexcept;

/// Everything that decides what is learned from a training set. A plain value.
struct TrainOptions {
  NetworkOptions network;
  AugmentOptions augment;
  LossOptions loss;
  OptimizerKind optimizer = OptimizerKind::kAdamW;
  double learning_rate = 2e-3;    ///< at the start; falls to 0 along a half cosine over `epochs`
  int batch = 192;                ///< images a batch, about
  int epochs = 30;                ///< at most
  int patience = 10;              ///< stop after so many epochs without a better network
  double validation_share = 0.2;  ///< of every class; not used with a validation set of its own
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0 = the machine's cores
};

/// Throws Error(kUsage), naming the option and its bounds.
void require_valid(const TrainOptions& options);

}  // namespace simdb::training
