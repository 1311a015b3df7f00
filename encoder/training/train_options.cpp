#include "encoder/training/train_options.h"

#include <array>

#include "encoder/image/preprocess.h"
#include "encoder/training/option_names_internal.h"
#include "simdb/embedding.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr std::array<NamedValue<OptimizerKind>, 2> kOptimizers = {
    {{"adam", OptimizerKind::kAdam}, {"adamw", OptimizerKind::kAdamW}}};
constexpr std::array<NamedValue<Precision>, 3> kPrecisions = {{{"auto", Precision::kAuto},
                                                               {"float32", Precision::kFloat32},
                                                               {"bfloat16", Precision::kBFloat16}}};
constexpr std::array<NamedValue<ValidationKind>, 3> kValidations = {
    {{"auto", ValidationKind::kAuto},
     {"images", ValidationKind::kImages},
     {"classes", ValidationKind::kClasses}}};

}  // namespace

OptimizerKind parse_optimizer(std::string_view name) {
  return find_choice(kOptimizers, "optimizer", name);
}
Precision parse_precision(std::string_view name) {
  return find_choice(kPrecisions, "precision", name);
}
ValidationKind parse_validation(std::string_view name) {
  return find_choice(kValidations, "validation", name);
}
std::string_view to_string(Precision precision) noexcept { return name_of(kPrecisions, precision); }
std::string_view to_string(ValidationKind kind) noexcept { return name_of(kValidations, kind); }
std::string_view to_string(OptimizerKind kind) noexcept { return name_of(kOptimizers, kind); }

namespace {

std::string network_text(const TrainOptions& options) {
  if (!options.backbone) return to_string(options.network);
  const BackboneOptions& backbone = *options.backbone;
  return fmt::format("head on a backbone, {}, dropout {:g}, {} view{} per image",
                     backbone.hidden > 0 ? fmt::format("{} hidden", backbone.hidden)
                                         : fmt::format("anchor {:g}, {:g} of the change kept",
                                                       backbone.anchor, backbone.kept_change),
                     backbone.dropout, backbone.views, backbone.views == 1 ? "" : "s");
}

}  // namespace

std::map<std::string, std::string> describe(const TrainOptions& options) {
  const auto number = [](double value) { return fmt::format("{:g}", value); };
  return {
      {"network", network_text(options)},
      {"dimension", std::to_string(options.network.dimension)},
      {"loss", to_string(options.loss)},
      {"augmentation",
       fmt::format("{}, strength {:g}", to_string(options.augment), options.augment.strength)},
      {"test-views", std::to_string(options.test_views)},
      {"drawn-classes", std::to_string(options.drawn_classes)},
      {"made-classes", options.made_classes ? "on" : "off"},
      {"optimizer", std::string(to_string(options.optimizer))},
      {"schedule", std::string(to_string(options.schedule))},
      {"learning-rate", number(options.learning_rate)},
      {"warmup", number(options.warmup)},
      {"weight-decay", number(options.weight_decay)},
      {"clip-norm", number(options.clip_norm)},
      {"weight-average", number(options.weight_average)},
      {"precision", std::string(to_string(options.precision))},
      {"batch", std::to_string(options.batch)},
      {"siblings", number(options.siblings)},
      {"epochs-at-most", std::to_string(options.epochs)},
      {"epoch-steps", options.steps_an_epoch > 0 ? std::to_string(options.steps_an_epoch) : "auto"},
      {"patience", std::to_string(options.patience)},
      {"validation", std::string(to_string(options.validation))},
      {"validation-share", options.validation_share ? number(*options.validation_share) : "auto"},
      {"seed", std::to_string(options.seed)},
      {"device", options.device},
  };
}

void require_valid(const TrainOptions& options) {
  require_valid(options.network);
  require_valid(options.loss);
  if (options.test_views != 1 && options.test_views != kSizedViews) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--test-views is 1 or {}, not {}", kSizedViews, options.test_views));
  }
  if (options.backbone) {
    require_between("--head-hidden", options.backbone->hidden, 0, 8192);
    require_between("--anchor", options.backbone->anchor, 0, 1e6);
    require_between("--dropout", options.backbone->dropout, 0, 0.95);
    require_between("--views", options.backbone->views, 1, 1000);
  }
  require_between("--drawn-classes", options.drawn_classes, 0, 10'000);
  require_between("--learning-rate", options.learning_rate, 1e-9, 10);
  require_between("--warmup", options.warmup, 0, 0.9);
  require_between("--weight-decay", options.weight_decay, 0, 10);
  require_between("--clip-norm", options.clip_norm, 0, 1e9);
  require_between("--weight-average", options.weight_average, 0, 0.99999);
  require_between("--siblings", options.siblings, 0, 1);
  require_between("--batch", options.batch, 4, 65536);
  require_between("--epochs", options.epochs, 1, 1e6);
  require_between("--epoch-steps", options.steps_an_epoch, 0, 1e6);
  require_between("--patience", options.patience, 0, 1e6);
  require_between("--time-limit (in seconds)", options.time_limit, 0, 1e7);
  if (options.validation_share)
    require_between("--validation-share", *options.validation_share, 0, 0.9);
  require_between("--augment-strength", options.augment.strength, 0, 3);
  require_between("--threads", options.threads, 0, 1024);
}

}  // namespace simdb::training
