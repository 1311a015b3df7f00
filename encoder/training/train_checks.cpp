#include <ATen/Context.h>
#include <fmt/format.h>
#include <torch/types.h>

#include "core/error.h"
#include "encoder/training/train_checks_internal.h"

namespace simdb::training {

void require_matching_input(const LabeledImages& images, const LabeledImages* validation,
                            const TrainOptions& options) {
  require_valid(images.input);
  if (validation != nullptr && validation->input != images.input) {
    throw Error(ErrorCode::kBadInput,
                "the validation images were read for another input (size or colour) than the "
                "training images; read both alike");
  }
  const bool has_features = !images.features.values.empty();
  if (has_features != options.backbone.has_value() ||
      (validation != nullptr && validation->features.width != images.features.width)) {
    throw Error(ErrorCode::kUsage,
                "features of all images are needed to train on a backbone, and only then");
  }
}

void require_device(const std::string& name) {
  try {
    const torch::Device device(name);
    torch::zeros({1}, device);
    return;
  } catch (const c10::Error&) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("can't train on device '{}': this LibTorch {}; use --device cpu", name,
                    name.starts_with("cuda") && !at::hasCUDA() ? "was built for the CPU only"
                                                               : "does not have it"));
  }
}

/// Fits the epochs of `options` to their time limit, of which what the measuring takes is taken
/// off. A training that goes on keeps its length. Returns the seconds expected, 0 without a limit.
double set_length(const LabeledImages& images, const LabeledImages* validation,
                  std::span<const std::byte> resume, TrainOptions& options) {
  constexpr double kReserve = 0.9;
  double expected = 0;
  if (options.time_limit > 0 && !resume.empty()) {
    const TrainLength length = length_of(decode_checkpoint(resume, "the checkpoint"));
    options.epochs = length.epochs;
    options.steps_an_epoch = length.steps_an_epoch;
  } else if (options.time_limit > 0) {
    const Clock::time_point start = Clock::now();
    at::manual_seed(options.seed);
    TrainOptions brief = options;
    brief.epochs = 1;
    const TrainObserver nobody;
    Training trial(images, validation, brief, nobody);
    const Pace pace = trial.measure_pace(options.time_limit);
    const std::chrono::duration<double> spent = Clock::now() - start;
    options.time_limit = std::max(1e-3, options.time_limit - spent.count());
    const TrainLength length =
        fit_length({options.epochs, trial.steps_an_epoch()}, pace, kReserve * options.time_limit);
    if (length.steps_an_epoch < trial.steps_an_epoch())
      options.steps_an_epoch = length.steps_an_epoch;
    options.epochs = length.epochs;
    expected = expected_seconds(length, pace);
  }
  if (options.patience == 0) options.patience = std::max(kFewestPatience, options.epochs / 3);
  return expected;
}

}  // namespace simdb::training
