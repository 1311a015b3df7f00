#include "cli/backbone_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <map>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "cli/image_arguments.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "core/parallel_in_order.h"
#include "encoder/model/backbone_file.h"
#include "encoder/model/feature_head.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "simdb/embedding.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::array kBelonging = {"backbone-output", "fit", "mean-std", "size"};
constexpr std::size_t kUsualDimension = 128;
// Of more images the axes hardly move, and the time grows.
constexpr std::size_t kMostImages = 4096;
// Images whose pixels are held at a time.
constexpr std::size_t kChunk = 64;
constexpr std::array<std::size_t, 5> kNestedLengths = {16, 32, 64, 128, 256};

/// The largest dimension of embeddings that is not above `most`; throws Error(kBadInput) if there
/// is none.
std::size_t largest_dimension(std::size_t most, const BackboneFeatures& features) {
  for (std::size_t dimension = most; dimension > 0; --dimension) {
    if (is_model_dimension(dimension)) return dimension;
  }
  throw Error(ErrorCode::kBadInput,
              fmt::format("the backbone {} has {} features, an encoder needs 16 or more; choose a "
                          "wider tensor with --backbone-output",
                          features.backbone().name, features.dimension()));
}

BackboneChoice read_choice(const ArgumentParser& parser) {
  BackboneChoice choice;
  choice.may_take_roots = parser.has("fit");
  const auto names = parser.get<std::vector<std::string>>("backbone");
  choice.files.assign(names.begin(), names.end());
  if (parser.has("backbone-output")) choice.output = parser.get<std::string>("backbone-output");
  if (parser.has("mean-std")) {
    choice.scale = parse_pixel_scale(parser.get<std::string>("mean-std"));
  }
  if (parser.has("size")) {
    const int side = parser.get<int>("size");
    if (side < 4 || side > 512) {
      throw Error(ErrorCode::kUsage, fmt::format("--size is a number from 4 to 512, not {}", side));
    }
    choice.input.width = choice.input.height = side;
    choice.choose_size = false;
  }
  return choice;
}

/// One after another, as far as they can be read.
struct Fitted {
  std::size_t files = 0;
  std::vector<std::uint8_t> pixels;
  std::vector<std::string> failures;
};

Fitted fit_images(std::span<const fs::path> files, const InputSpec& input) {
  Fitted fitted;
  fitted.files = files.size();
  for (const fs::path& file : files) {
    try {
      const Image image = fit_to_input(load_image(file).image, input);
      fitted.pixels.insert(fitted.pixels.end(), image.pixels.begin(), image.pixels.end());
    } catch (const Error& error) {
      fitted.failures.emplace_back(error.what());
    }
  }
  return fitted;
}

std::vector<float> compute_features(const BackboneFeatures& backbone,
                                    std::span<const fs::path> files, Console& console) {
  ProgressBar bar(console, "looking at images", files.size());
  std::vector<float> features;
  std::size_t done = 0;
  parallel_in_order(
      files.size(), kChunk, core_count(),
      [&](std::size_t first, std::size_t last) {
        return fit_images(files.subspan(first, last - first), backbone.backbone().input);
      },
      [&](const std::vector<Fitted>& parts) {
        for (const Fitted& fitted : parts) {
          InterruptGuard::check();
          if (!fitted.failures.empty()) bar.clear();
          for (const std::string& failure : fitted.failures) {
            console.err << "simdb: " << printable(failure) << '\n';
          }
          const std::vector<float> found = backbone.compute(fitted.pixels);
          features.insert(features.end(), found.begin(), found.end());
          bar.update(done += fitted.files);
        }
        return true;
      });
  return features;
}

std::string nested_lengths(std::size_t dimension) {
  std::string text;
  for (const std::size_t length : kNestedLengths) {
    if (length <= dimension) text += (text.empty() ? "" : ",") + std::to_string(length);
  }
  return text;
}

struct Head {
  DenseLayer dense;
  std::map<std::string, std::string> notes;
};

Head fit_head(const BackboneFeatures& backbone, std::span<const fs::path> files,
              std::optional<std::size_t> wanted, Console& console) {
  const std::size_t most = std::min(kUsualDimension, backbone.dimension());
  const std::size_t dimension = wanted ? *wanted : largest_dimension(most, backbone);
  const std::vector<fs::path> chosen = spread(files, kMostImages);
  const std::vector<float> features = compute_features(backbone, chosen, console);
  const std::size_t images = features.size() / backbone.dimension();
  return {fit_whitened_pca(features, backbone.dimension(), dimension),
          {{"head", "half-whitened principal axes"},
           {"training_data", fmt::format("{} images, without labels", images)},
           {"nested", nested_lengths(dimension)}}};
}

Head plain_head(const BackboneFeatures& backbone, std::optional<std::size_t> wanted,
                const Say& say) {
  const std::size_t width = backbone.dimension();
  const std::size_t dimension = wanted ? *wanted : largest_dimension(width, backbone);
  if (dimension == width) return {identity_head(width), {{"head", "the features as they are"}}};
  say(
      fmt::format("{} features become {} floats by a random projection; --fit DIR, a folder of "
                  "images like yours, makes better ones of fewer floats",
                  width, dimension));
  return {random_projection(width, dimension), {{"head", "a random projection"}}};
}

}  // namespace

void add_backbone_options(ArgumentParser& parser) {
  auto add = parser.options().add_options();
  add("backbone", po::value<std::vector<std::string>>()->composing()->value_name("FILE.onnx"),
      "a network of your own, or several side by side: docs/backbones.md");
  add("fit", po::value<std::string>()->value_name("DIR"),
      "fit the embeddings to these images (no labels needed)");
  add("backbone-output", po::value<std::string>()->value_name("NAME"),
      "tensor taken as features (else the widest output, but no class scores)");
  add("mean-std", po::value<std::string>()->value_name("WHAT"),
      "of the network's pixels: auto|imagenet|half|none|raw; auto: tried on DIR's images");
  add("size", po::value<int>()->value_name("N"), "side of its input, if it takes any (224)");
}

void require_sense(const ArgumentParser& parser) {
  if (parser.has("backbone")) {
    if (!parser.has("encoder")) return;
    throw Error(ErrorCode::kUsage,
                "--encoder and --backbone both name what the database is made around; leave one of "
                "them out");
  }
  for (const char* name : kBelonging) {
    if (parser.has(name)) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("--{} belongs to a network of your own; name it: --backbone FILE.onnx",
                      name));
    }
  }
}

std::string backbone_names(const ArgumentParser& parser) {
  return fmt::format("{}", fmt::join(parser.get<std::vector<std::string>>("backbone"), " + "));
}

std::vector<std::byte> make_backbone_encoder(const ArgumentParser& parser,
                                             std::optional<std::size_t> dimension,
                                             Console& console) {
  const BackboneChoice choice = read_choice(parser);
  if (dimension) require_model_dimension(*dimension);
  std::vector<fs::path> files;
  if (parser.has("fit")) files = ImageArguments(console).files(parser.get<std::string>("fit"));
  const Say say = [&](const std::string& line) { console.err << printable(line) << '\n'; };
  const BackboneFeatures backbone =
      open_backbone(choice, files, {}, say, {.check = InterruptGuard::check});
  if (dimension && *dimension > backbone.dimension()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--dim {} is more than the {} features of the backbone; name fewer, or "
                            "a wider tensor with --backbone-output",
                            *dimension, backbone.dimension()));
  }
  const Head head = parser.has("fit") ? fit_head(backbone, files, dimension, console)
                                      : plain_head(backbone, dimension, say);
  return write_backbone_model(backbone.backbone(), std::span(&head.dense, 1), head.notes);
}

}  // namespace simdb::cli
