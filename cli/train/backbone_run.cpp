#include "cli/train/backbone_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "core/error.h"
#include "core/file_io.h"
#include "encoder/onnx_model.h"
#include "encoder/onnx_model_backbone.h"
#include "encoder/training/view_features.h"

namespace simdb::cli {
namespace {

constexpr std::uint64_t kMaxModelBytes = std::uint64_t{256} << 20;
constexpr int kUsualSide = 224;
constexpr std::array<float, 3> kImageNetMean = {0.485F, 0.456F, 0.406F};
constexpr std::array<float, 3> kImageNetScale = {0.229F, 0.224F, 0.225F};

/// Nothing for a model that simdb did not write.
std::optional<InputSpec> input_of_own_model(std::span<const std::byte> bytes,
                                            const std::string& name) {
  try {
    return read_onnx_header(bytes, name).input;
  } catch (const Error&) {
    return {};
  }
}

void set_scale(PixelScale scale, std::span<const std::byte> bytes, const std::string& name,
               InputSpec& input) {
  if (scale == PixelScale::kAuto) {
    if (const auto own = input_of_own_model(bytes, name)) {
      input.mean = own->mean;
      input.scale = own->scale;
      return;
    }
  }
  const bool half = scale == PixelScale::kHalf;
  input.mean.fill(half ? 0.5F : 0);
  input.scale.fill(half ? 0.5F : 1);
  if (scale == PixelScale::kAuto || scale == PixelScale::kImageNet) {
    input.mean = kImageNetMean;
    input.scale = kImageNetScale;
  }
}

Backbone read(const TrainCommand& command, const BackboneCommand& wanted) {
  const std::string name = wanted.file.filename().string();
  const std::vector<std::byte> bytes = read_file(wanted.file, kMaxModelBytes);
  const BackboneInput fixed = read_backbone_input(bytes, name);
  InputSpec input = command.input;
  if (command.choose_size) {
    // What is free follows what is fixed.
    const int side = std::max(fixed.width, fixed.height);
    input.width = fixed.width > 0 ? fixed.width : side > 0 ? side : kUsualSide;
    input.height = fixed.height > 0 ? fixed.height : input.width;
  }
  if (command.choose_channels) input.channels = fixed.channels > 0 ? fixed.channels : 3;
  set_scale(wanted.scale, bytes, name, input);
  return read_backbone(bytes, name, input, wanted.output);
}

std::filesystem::path cache_file(const TrainCommand& command, const BackboneCommand& wanted) {
  return wanted.cache.value_or(command.output.string() + ".features");
}

}  // namespace

BackboneRun::BackboneRun(const TrainCommand& command, const BackboneCommand& wanted)
    : command_(wanted),
      features_(read(command, wanted)),
      cache_file_(cli::cache_file(command, wanted)),
      cache_(cache_file_, features_.key(), features_.dimension()),
      cached_(cache_.size()) {}

training::BackboneOptions BackboneRun::options() const {
  training::BackboneOptions options = command_.head;
  options.identity = fmt::format("SHA-256 {}, tensor '{}'", features_.backbone().digest,
                                 features_.backbone().output);
  return options;
}

std::string BackboneRun::describe() const {
  const InputSpec& in = input();
  const auto list = [&](const std::array<float, 3>& values) {
    return in.channels == 1 ? fmt::format("{:g}", values[0])
                            : fmt::format("{:g}, {:g}, {:g}", values[0], values[1], values[2]);
  };
  return fmt::format("backbone {}: {} features of tensor '{}'; input {} x {} {}, mean {}, scale {}",
                     features_.backbone().name, features_.dimension(), features_.backbone().output,
                     in.width, in.height, in.channels == 3 ? "RGB" : "grey", list(in.mean),
                     list(in.scale));
}

bool BackboneRun::compute(training::LabeledImages& images, training::LabeledImages* validation,
                          training::AugmentOptions& augment, const ProgressCallback& progress) {
  const training::ViewOptions views = training::choose_views(command_.head.views, augment, images);
  augment = views.augment;
  const std::size_t first = images.size() * static_cast<std::size_t>(views.views);
  const std::size_t total = first + (validation == nullptr ? 0 : validation->size());
  bool done = training::compute_features(
      images, features_, cache_, views,
      [&](std::size_t count, std::size_t) { return progress(count, total); });
  if (done && validation != nullptr) {
    done = training::compute_features(
        *validation, features_, cache_, training::choose_views(1, augment, *validation),
        [&](std::size_t count, std::size_t) { return progress(first + count, total); });
  }
  cache_.save();
  return done;
}

std::vector<std::byte> BackboneRun::join(const EncoderModel& trained) const {
  std::vector<DenseLayer> head;
  head.reserve(trained.layers.size());
  for (const Layer& layer : trained.layers) head.push_back(std::get<DenseLayer>(layer));
  return write_backbone_model(features_.backbone(), head, trained.notes);
}

}  // namespace simdb::cli
