#include "encoder/training/memory_estimate.h"

#include <algorithm>

#include "encoder/training/learner.h"

namespace simdb::training {
namespace {

constexpr std::uint64_t kLibraries = std::uint64_t{200} << 20;
constexpr std::uint64_t kRowsJudgedAtOnce = 512;

/// Floats a picture of the network, for its gradients and at the widest place.
struct Floats {
  std::uint64_t kept = 0;
  std::uint64_t widest = 0;
};

Floats floats_of(const InputSpec& input, const NetworkOptions& network) {
  // Pictures of a stage: of convolution and norm; of a residual one the ReLU, the second
  // convolution and norm too.
  constexpr std::uint64_t kPlain = 2;
  constexpr std::uint64_t kResidual = 5;
  constexpr int kLastSide = 3;
  Floats floats;
  auto width = static_cast<std::uint64_t>(input.width);
  auto height = static_cast<std::uint64_t>(input.height);
  for (std::size_t i = 0; i < network.channels.size(); ++i) {
    const std::uint64_t picture = width * height * static_cast<std::uint64_t>(network.channels[i]);
    floats.kept += picture * (network.residual && i > 0 ? kResidual : kPlain);
    floats.widest = std::max(floats.widest, 3 * picture);
    if (std::min(width, height) > kLastSide) {
      width /= 2;
      height /= 2;
    }
  }
  return floats;
}

}  // namespace

std::uint64_t expected_memory(const LabeledImages& images, const TrainOptions& options) {
  constexpr std::uint64_t kCopies = 3;
  if (options.backbone) {
    const std::uint64_t features =
        images.size() * images.features.views * images.features.width * sizeof(float);
    return kLibraries + images.pixels.size() + kCopies * features;
  }
  // Of bfloat16 some are floats all the same, as the norms' are.
  const std::uint64_t bytes = arithmetic_type(options.precision) == torch::kBFloat16 ? 3 : 4;
  const Floats floats = floats_of(images.input, options.network);
  const std::uint64_t training = floats.kept * static_cast<std::uint64_t>(options.batch);
  const std::uint64_t judging =
      floats.widest * std::min<std::uint64_t>(kRowsJudgedAtOnce, images.size());
  return kLibraries + kCopies * images.pixels.size() +
         std::max(training * bytes, judging * sizeof(float));
}

}  // namespace simdb::training
