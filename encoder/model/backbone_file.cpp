#include "encoder/model/backbone_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "encoder/model/onnx_model_join.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"
#include "simdb/shipped_encoders.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr int kUsualSide = 224;

/// Nothing for a model that simdb did not write.
std::optional<InputSpec> input_of_own_model(std::span<const std::byte> bytes,
                                            const std::string& name) {
  try {
    return read_onnx_header(bytes, name).input;
  } catch (const Error&) {
    return {};
  }
}

InputSpec input_for(const BackboneChoice& choice, const BackboneInput& fixed) {
  InputSpec input = choice.input;
  if (choice.choose_size) {
    // What is free follows what is fixed.
    const int side = std::max(fixed.width, fixed.height);
    input.width = fixed.width > 0 ? fixed.width : side > 0 ? side : kUsualSide;
    input.height = fixed.height > 0 ? fixed.height : input.width;
  }
  if (choice.choose_channels) input.channels = fixed.channels > 0 ? fixed.channels : 3;
  return input;
}

std::vector<std::uint8_t> fitted(std::span<const fs::path> files, const InputSpec& input,
                                 const ImageLimits& limits) {
  std::vector<std::uint8_t> pixels;
  for (const fs::path& file : files) {
    try {
      const Image image = fit_to_input(load_image(file, limits).image, input);
      pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): told when all are read
    }
  }
  return pixels;
}

std::string losses_text(const FoundScale& found) {
  std::string text;
  for (std::size_t i = 0; i < kPixelScales.size(); ++i) {
    text += fmt::format("{}{} {:.3f}", text.empty() ? "" : ", ", to_text(kPixelScales[i]),
                        found.losses[i]);
  }
  return text;
}

std::string describe(const BackboneFeatures& features) {
  const Backbone& backbone = features.backbone();
  const InputSpec& in = backbone.input;
  const auto list = [&](const std::array<float, 3>& values) {
    return in.channels == 1 ? fmt::format("{:g}", values[0])
                            : fmt::format("{:g}, {:g}, {:g}", values[0], values[1], values[2]);
  };
  return fmt::format("backbone {}: {} features of tensor '{}'; input {} x {} {}, mean {}, scale {}",
                     backbone.name, features.dimension(), backbone.output, in.width, in.height,
                     in.channels == 3 ? "RGB" : "grey", list(in.mean), list(in.scale));
}

/// The scale of a network that does not say it.
PixelScale find_out(const BackboneFeatures& features, std::span<const fs::path> images,
                    const ImageLimits& limits, const Say& say) {
  const auto files = spread(images, kEnoughScaleTrials);
  const InputSpec& input = features.backbone().input;
  const std::vector<std::uint8_t> pixels = fitted(files, input, limits);
  const std::size_t count = pixels.size() / input.values();
  if (count < kLeastScaleTrials) {
    say(fmt::format("--mean-std imagenet is assumed; {} images would tell (found {}), or name it",
                    kLeastScaleTrials, count));
    return PixelScale::kImageNet;
  }
  const FoundScale found = find_pixel_scale(features, pixels);
  say(fmt::format(
      "--mean-std {} recognises mirrored copies of {} images best (loss: {}); name another if the "
      "network's page does",
      to_text(found.scale), count, losses_text(found)));
  return found.scale;
}

/// Opens the networks of a choice.
struct Opener {
  const BackboneChoice& choice;
  std::span<const fs::path> images;
  const ImageLimits& limits;
  const Say& say;
  const TrialOptions& trial;

  BackboneFeatures one(const fs::path& wanted) const {
    const fs::path file = find_encoder_file(wanted.string());
    const std::string name = file.filename().string();
    const std::vector<std::byte> bytes = read_model_file(file);
    const BackboneInput fixed = read_backbone_input(bytes, name);
    const auto own = input_of_own_model(bytes, name);
    InputSpec input = input_for(choice, fixed);
    if (own && choice.choose_resize) input.resize = own->resize;
    const bool is_own_scale = own && choice.scale == PixelScale::kAuto;
    const bool is_told = choice.scale != PixelScale::kAuto || own;
    if (is_own_scale) {
      input.mean = own->mean;
      input.scale = own->scale;
    } else {
      set_pixel_scale(is_told ? choice.scale : PixelScale::kImageNet, input);
    }
    const std::string& output = choice.files.size() > 1 ? fixed.embedding : choice.output;
    if (!is_shipped_encoder(file)) judge_backbone(bytes, name, input, output, trial);
    BackboneFeatures features(read_backbone(bytes, name, input, output));
    if (const std::string& reason = features.backbone().reason; !reason.empty()) {
      say(fmt::format("--backbone-output {}: {}", features.backbone().output, reason));
    }
    if (!is_told) {
      const PixelScale found = find_out(features, images, limits, say);
      set_pixel_scale(found, input);
      if (input != features.backbone().input) {
        features = BackboneFeatures(read_backbone(bytes, name, input, output));
      }
    }
    say(describe(features));
    if (features.runner() == RunnerKind::kOnnxRuntime) {
      say(fmt::format(
          "{} runs it, as OpenCV can't; every simdb that opens an encoder made of it has "
          "to be built with ONNX Runtime",
          to_text(features.runner())));
    }
    if (choice.may_take_roots && features.is_nonnegative() && !features.backbone().own_head) {
      Backbone backbone = features.backbone();
      take_roots(backbone);
      say("none is negative: their square roots are taken, scaled to length 1");
      features = BackboneFeatures(std::move(backbone));
    }
    return features;
  }

  BackboneFeatures side_by_side() const {
    if (!choice.output.empty() || choice.scale != PixelScale::kAuto) {
      throw Error(ErrorCode::kUsage,
                  "--backbone-output and --mean-std are about one network; leave them out where "
                  "several stand side by side");
    }
    std::vector<Backbone> parts;
    for (const fs::path& file : choice.files) {
      parts.push_back(one(file).backbone());
      const InputSpec& first = parts.front().input;
      const InputSpec& last = parts.back().input;
      if (first.resize == last.resize) continue;
      throw Error(ErrorCode::kBadInput,
                  fmt::format("{} brings images to its input by '{}' and {} by '{}'; side by side "
                              "they see the same: train one of them again, or join them by 'simdb "
                              "train --resize RULE'",
                              parts.front().name, to_string(first.resize), parts.back().name,
                              to_string(last.resize)));
    }
    BackboneFeatures features(join_backbones(parts));
    say(describe(features));
    return features;
  }
};

}  // namespace

std::vector<fs::path> spread(std::span<const fs::path> files, std::size_t most) {
  const std::size_t count = std::min(files.size(), most);
  std::vector<fs::path> chosen;
  chosen.reserve(count);
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(files[i * files.size() / count]);
  return chosen;
}

BackboneFeatures open_backbone(const BackboneChoice& choice, std::span<const fs::path> images,
                               const ImageLimits& limits, const Say& say,
                               const TrialOptions& trial) {
  const Opener open{choice, images, limits, say, trial};
  if (choice.files.size() == 1) return open.one(choice.files[0]);
  return open.side_by_side();
}

}  // namespace simdb
