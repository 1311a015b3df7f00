#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "encoder/training/augment_options.h"

namespace simdb::training {

/// What decides how a decoder learns. A plain value.
struct DecoderOptions {
  int latent = 16;                ///< floats beside the encoders' features, 1 to 512
  int channels = 32;              ///< how wide its network is, see ImageVae; 2 to 256
  int steps = 6000;               ///< batches
  int batch = 32;                 ///< images, 4 or more
  double learning_rate = 3e-3;    ///< the highest; cosine, after a short rise
  double consistency = 2;         ///< the final weight of the frozen encoders' word
  AugmentOptions augment;         ///< chosen by the data if nothing is said
  double plain_share = 0.25;      ///< of a batch: images turned and mirrored at most
  double validation_share = 0.1;  ///< of the images, set aside to measure on
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0 = the machine's cores
};

/// As names and values, for people to read.
std::map<std::string, std::string> describe(const DecoderOptions& options);

/// Throws Error(kUsage), naming the option and its bounds.
void require_valid(const DecoderOptions& options);

/// Changes that move pixels and leave their values, as choose_augment() finds them for such data:
/// a decoder is to learn how images look, not how noise does.
AugmentOptions decoder_augment(const AugmentOptions& augment, int channels, std::size_t classes,
                               std::size_t images, bool photographs);

}  // namespace simdb::training
