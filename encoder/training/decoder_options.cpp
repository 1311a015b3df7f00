#include "encoder/training/decoder_options.h"

#include <fmt/format.h>

#include "simdb/error.h"

namespace simdb::training {
namespace {

template <typename Number>
void require_in(const char* name, Number value, Number least, Number most) {
  if (value >= least && value <= most) return;  // false for NaN
  throw Error(ErrorCode::kUsage,
              fmt::format("--{} {} is not in {} to {}", name, value, least, most));
}

}  // namespace

std::map<std::string, std::string> describe(const DecoderOptions& options) {
  return {{"latent", std::to_string(options.latent)},
          {"channels", std::to_string(options.channels)},
          {"steps", std::to_string(options.steps)},
          {"batch", std::to_string(options.batch)},
          {"learning_rate", fmt::format("{}", options.learning_rate)},
          {"consistency", fmt::format("{}", options.consistency)},
          {"augment", to_string(options.augment)},
          {"augment_strength", fmt::format("{}", options.augment.strength)},
          {"plain_share", fmt::format("{}", options.plain_share)},
          {"validation_share", fmt::format("{}", options.validation_share)},
          {"seed", std::to_string(options.seed)}};
}

void require_valid(const DecoderOptions& options) {
  require_in("latent", options.latent, 1, 512);
  require_in("channels", options.channels, 2, 256);
  require_in("steps", options.steps, 1, 10'000'000);
  require_in("batch", options.batch, 4, 4096);
  require_in("learning-rate", options.learning_rate, 1e-7, 1.0);
  require_in("consistency", options.consistency, 0.0, 100.0);
  require_in("augment-strength", options.augment.strength, 0.0, 3.0);
  require_in("plain-share", options.plain_share, 0.0, 1.0);
  require_in("validation-share", options.validation_share, 0.0, 0.9);
  require_in("threads", options.threads, 0, 1024);
}

AugmentOptions decoder_augment(const AugmentOptions& augment, int channels, std::size_t classes,
                               std::size_t images, bool photographs) {
  if (!augment.automatic) return augment;
  AugmentOptions chosen = resolve_augment(augment, channels, classes, images, photographs);
  chosen.stroke = chosen.blur = chosen.coarse = chosen.light = chosen.jitter = false;
  chosen.noise = chosen.erase = chosen.colors = false;
  return chosen;
}

}  // namespace simdb::training
