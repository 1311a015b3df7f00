#include "cli/train/backbone_run.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "encoder/training/view_features.h"
#include "simdb/class_folders.h"

namespace simdb::cli {
namespace {

BackboneFeatures open(const TrainCommand& command, const BackboneCommand& wanted, const Say& say) {
  BackboneChoice choice;
  choice.may_take_roots = true;
  choice.files = wanted.files;
  choice.output = wanted.output;
  choice.scale = wanted.scale;
  choice.input = command.input;
  choice.choose_size = command.choose_size;
  choice.choose_resize = command.choose_resize;
  choice.choose_channels = command.choose_channels;
  std::error_code ignored;  // what is wrong with the folder is told by who reads it
  const bool is_folder = std::filesystem::is_directory(command.folder, ignored);
  const auto images = is_folder ? images_beneath(command.folder, [](const auto&...) {})
                                : std::vector<std::filesystem::path>();
  return open_backbone(choice, images, command.image_limits, say);
}

std::filesystem::path cache_file(const TrainCommand& command, const BackboneCommand& wanted) {
  return wanted.cache.value_or(command.output.string() + ".features");
}

/// The first floats of an encoder's own head, if it has as many.
std::optional<DenseLayer> own_start(std::optional<DenseLayer> head, std::size_t features,
                                    int dimension) {
  if (!head || head->out_features < dimension) return {};
  if (static_cast<std::size_t>(head->in_features) != features) return {};
  head->out_features = dimension;
  head->weight.resize(static_cast<std::size_t>(dimension) * features);
  head->bias.resize(static_cast<std::size_t>(dimension));
  return head;
}

}  // namespace

BackboneRun::BackboneRun(const TrainCommand& command, const BackboneCommand& wanted, const Say& say)
    : command_(wanted),
      features_(open(command, wanted, say)),
      cache_file_(cli::cache_file(command, wanted)),
      cache_(cache_file_, features_.key(), features_.dimension()),
      cached_(cache_.size()) {}

training::TrainOptions BackboneRun::suited(training::TrainOptions options) const {
  options.loss.kind = training::LossKind::kSupCon;  // docs/training.md has what was measured
  options.test_views = 1;                           // a backbone takes its time
  const auto& own = features_.backbone().own_head;
  if (own) options.network.dimension = own->out_features;
  if (command_.head.hidden > 0) return options;
  // The start is held, so new classes can't lose; a few of them set aside choose an epoch by
  // chance, and are missed in training: 16 floats on 25 unseen classes of photographs 71 %, so 75
  // %.
  options.validation = training::ValidationKind::kImages;
  options.patience = options.epochs;
  return options;
}

training::BackboneOptions BackboneRun::options(int dimension) const {
  training::BackboneOptions options = command_.head;
  options.start = own_start(features_.backbone().own_head, features_.dimension(), dimension);
  if (options.start) {
    // What it learns loosely and half of which is kept brings its own classes more, at as much for
    // unseen ones, than to hold it firmly: docs/decisions/0017.
    constexpr double kLoose = 1;
    constexpr double kKept = 0.5;
    options.start_name = command_.files[0].stem().string() + " as it is";
    options.kept_change = kKept;
    if (command_.choose_anchor) options.anchor = kLoose;
  }
  const Backbone& backbone = features_.backbone();
  options.identity = fmt::format("SHA-256 {}, tensor '{}'{}", backbone.digest, backbone.output,
                                 backbone.has_roots ? ", square roots" : "");
  return options;
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
  Backbone backbone = features_.backbone();
  backbone.input.views = trained.input.views;
  return write_backbone_model(backbone, head, trained.notes);
}

}  // namespace simdb::cli
