#include <ATen/Context.h>
#include <fmt/format.h>
#include <torch/types.h>

#include "encoder/training/train_checks_internal.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr int kCollapsedReports = 5;  // in a row
constexpr double kCollapsedSpread = 1e-3;

}  // namespace

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

void warn_of_collapse(const std::vector<EpochReport>& history,
                      const std::function<void(const std::string&)>& warn) {
  int collapsed = 0;
  for (auto report = history.rbegin();
       report != history.rend() && report->spread < kCollapsedSpread; ++report) {
    ++collapsed;
  }
  if (collapsed != kCollapsedReports || !warn) return;
  warn(
      fmt::format("all validation images have had one embedding for {} reports (spread {:.2g}): "
                  "the embeddings have collapsed onto one point; try --miner semi-hard, another "
                  "--loss, --batch-norm or a lower --learning-rate",
                  kCollapsedReports, history.back().spread));
}

}  // namespace simdb::training
