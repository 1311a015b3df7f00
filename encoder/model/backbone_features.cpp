#include "encoder/model/backbone_features.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core/utility.hpp>
#include <utility>

#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_runner_internal.h"
#include "encoder/opencv_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Images between two calls of `progress`.
constexpr std::size_t kChunk = 256;

// Of the largest feature: so much may an image among three in a batch round otherwise than alone.
constexpr float kTolerance = 1e-3F;
constexpr int kTrials = 3;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::kBadInput, "can't use the model " + name + ": " + why);
}

std::string to_text(const std::vector<int>& shape) {
  std::string text;
  for (const int side : shape) text += (text.empty() ? "" : " x ") + std::to_string(side);
  return text;
}

// False for values that are not finite.
bool agree(const std::vector<float>& found, const std::vector<float>& expected) {
  if (found.size() != expected.size()) return false;
  float largest = 0;
  float apart = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!std::isfinite(found[i] - expected[i])) return false;
    largest = std::max(largest, std::abs(expected[i]));
    apart = std::max(apart, std::abs(found[i] - expected[i]));
  }
  return apart <= kTolerance * largest;
}

Sha256 key_of(const Backbone& backbone, RunnerKind runner) {
  const std::string version =
      runner == RunnerKind::kOpenCv ? cv::getVersionString() : to_text(runner);
  const std::string rest = input_to_json(backbone.input) + version;
  std::vector<std::byte> bytes = backbone.model;
  const auto view = std::as_bytes(std::span(rest));
  bytes.insert(bytes.end(), view.begin(), view.end());
  return sha256(bytes);
}

}  // namespace

struct BackboneFeatures::State {
  Backbone backbone;
  std::unique_ptr<OnnxRunner> runner;
  Sha256 key{};
  bool is_nonnegative = false;

  // Returns what becomes of the images of `planes`, each by itself.
  std::vector<OnnxRunner::Output> choose(std::span<const float> planes) {
    ChosenRunner chosen = choose_runner(backbone.runners, backbone.model, backbone.input,
                                        backbone.one_at_a_time, planes, 1);
    runner = std::move(chosen.runner);
    return std::move(chosen.outputs);
  }

  void try_out() {
    const std::vector<float> planes = trial_planes(backbone.input, kTrials);
    std::vector<OnnxRunner::Output> outputs = choose(planes);
    if (outputs[0].shape.size() == 4) {
      pool_output(backbone);
      outputs = choose(planes);
    }
    const OnnxRunner::Output& one = outputs[0];
    if (one.shape.size() != 2 || one.shape[0] != 1) {
      refuse(backbone.name, "its tensor '" + backbone.output + "' is " + to_text(one.shape) +
                                " for one image; name one that is N x features or N x channels x "
                                "height x width");
    }
    backbone.features = one.values.size();
    std::vector<float> alone;
    for (const auto& [shape, row] : outputs) alone.insert(alone.end(), row.begin(), row.end());
    is_nonnegative = std::ranges::all_of(alone, [](float value) { return value >= 0; });
    const OnnxRunner::Output all =
        backbone.one_at_a_time ? OnnxRunner::Output() : try_batch(planes);
    if (all.shape.size() != 2 || all.shape[0] != kTrials || !agree(all.values, alone)) {
      backbone.one_at_a_time = true;
      runner = std::make_unique<OnnxRunner>(runner->kind(), backbone.model, backbone.input, true);
    }
    key = key_of(backbone, runner->kind());
  }

  // Empty if the runner can't: a batch of 1 is built into some models, and OpenCV 4.6 multiplies
  // channels by factors (squeeze and excitation) only in a batch of 1.
  OnnxRunner::Output try_batch(std::span<const float> planes) const {
    try {
      return runner->try_out(planes);
    } catch (const EngineError&) {
      return {};
    }
  }
};

BackboneFeatures::BackboneFeatures(Backbone backbone) : state_(std::make_unique<State>()) {
  state_->backbone = std::move(backbone);
  const std::string& name = state_->backbone.name;
  try {
    guard_opencv(ErrorCode::kInternal, "run it", [&] {
      try {
        state_->try_out();
      } catch (const EngineError& e) {
        refuse(name,
               std::string(e.what()) +
                   "; export it with another opset (11 is best supported) or take another model");
      }
    });
  } catch (const Error& e) {
    if (e.code() != ErrorCode::kInternal) throw;
    refuse(name, e.what());
  }
}

BackboneFeatures::BackboneFeatures(BackboneFeatures&&) noexcept = default;
BackboneFeatures& BackboneFeatures::operator=(BackboneFeatures&&) noexcept = default;
BackboneFeatures::~BackboneFeatures() = default;

const Backbone& BackboneFeatures::backbone() const noexcept { return state_->backbone; }
std::size_t BackboneFeatures::dimension() const noexcept { return state_->backbone.features; }
bool BackboneFeatures::is_nonnegative() const noexcept { return state_->is_nonnegative; }
RunnerKind BackboneFeatures::runner() const noexcept { return state_->runner->kind(); }
const Sha256& BackboneFeatures::key() const noexcept { return state_->key; }

std::vector<float> BackboneFeatures::compute(std::span<const std::uint8_t> pixels,
                                             const ProgressCallback& progress) const {
  return compute_scaled(pixels, state_->backbone.input, progress);
}

std::vector<float> BackboneFeatures::compute_scaled(std::span<const std::uint8_t> pixels,
                                                    const InputSpec& input,
                                                    const ProgressCallback& progress) const {
  const std::size_t size = input.values();
  if (pixels.size() % size != 0) {
    throw Error(ErrorCode::kUsage, "pixels do not hold a whole number of model inputs");
  }
  const std::size_t rows = pixels.size() / size;
  std::vector<float> features;
  features.reserve(rows * dimension());
  for (std::size_t begin = 0; begin < rows; begin += kChunk) {
    const std::size_t count = std::min(kChunk, rows - begin);
    const auto fill = [&](std::size_t first, std::size_t images, std::span<float> planes) {
      for (std::size_t i = 0; i < images; ++i) {
        normalize_pixels(pixels.subspan((begin + first + i) * size, size), input,
                         planes.subspan(i * size, size));
      }
    };
    const std::vector<float> chunk =
        guard_opencv(ErrorCode::kInternal, "compute features with " + state_->backbone.name,
                     [&] { return state_->runner->run(count, dimension(), fill); });
    const auto bad = std::ranges::find_if(chunk, [](float value) { return !std::isfinite(value); });
    if (bad != chunk.end()) {
      const std::size_t row = begin + static_cast<std::size_t>(bad - chunk.begin()) / dimension();
      refuse(state_->backbone.name,
             "its features of image " + std::to_string(row + 1) + " are not finite");
    }
    features.insert(features.end(), chunk.begin(), chunk.end());
    if (progress && !progress(begin + count, rows)) break;
  }
  return features;
}

}  // namespace simdb
